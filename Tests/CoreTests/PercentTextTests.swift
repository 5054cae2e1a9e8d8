import Core
import Testing

@Suite struct PercentTextTests {
    @Test(arguments: [
        ("", ""), ("aZ09-._~", "aZ09-._~"), ("a b", "a%20b"), ("a/b", "a%2Fb"), ("+%&=", "%2B%25%26%3D"),
        ("ä\u{0}", "%C3%A4%00"),
    ])
    func encodes(_ text: String, _ encoded: String) {
        #expect(PercentText.encoded(text) == encoded)
        #expect(PercentText.strictlyDecoded(encoded) == text)
    }

    @Test func keepsASlashThatIsAsked() { #expect(PercentText.encoded("/a b/", keepingSlash: true) == "/a%20b/") }

    /// Digits are digits: neither a sign nor what is left of a text is one.
    @Test(arguments: ["%", "%4", "a%", "%4g", "%+5", "%-1", "% 1", "%%20"])
    func tellsWhatIsNoEncoding(_ text: String) { #expect(PercentText.strictlyDecoded(text) == nil) }

    @Test func leavesWhatIsNoEncoding() {
        #expect(PercentText.decoded("%4g%+5%%41%e4%".utf8) == Array("%4g%+5%A".utf8) + [0xe4, UInt8(ascii: "%")])
    }

    @Test func tellsWhatIsNoText() { #expect(PercentText.strictlyDecoded("%e4") == nil) }
}
