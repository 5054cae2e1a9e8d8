import Crypto
import Testing

@Suite struct SHA256Tests {
    // From FIPS 180-4's examples, and a million times "a".
    @Test(arguments: [
        ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func digestsWhatTheStandardSays(_ text: String, _ times: Int, _ hex: String) {
        let bytes = Array(repeatElement(Array(text.utf8), count: times).joined())
        #expect("\(SHA256.digest(of: bytes))" == hex)
        var sha = SHA256()
        for _ in 0..<times { sha.update(Array(text.utf8)) }
        #expect("\(sha.finish())" == hex)
    }

    @Test func beginsAnewAfterEachDigest() {
        var sha = SHA256()
        sha.update([1, 2, 3])
        let first = sha.finish()
        sha.update([1, 2, 3])
        #expect(sha.finish() == first)
        #expect(sha.finish() == SHA256.digest(of: []))
    }

    @Test func takesAByteAndADigestAsTheirBytes() {
        let digest = SHA256.digest(of: [7])
        var sha = SHA256()
        sha.update(digest)
        sha.update(9)
        #expect(sha.finish() == SHA256.digest(of: digest.bytes + [9]))
    }
}

@Suite struct SHA256DigestTests {
    @Test func readsBackWhatItPrints() {
        let digest = SHA256.digest(of: [1])
        #expect(SHA256Digest(parsing: "\(digest)") == digest)
        #expect(SHA256Digest(parsing: "\(digest)".uppercased()) == digest)
        #expect(SHA256Digest(digest.bytes) == digest)
        #expect(SHA256Digest.zero.bytes == Array(repeating: 0, count: 32))
    }

    @Test(arguments: ["", "00", String(repeating: "g", count: 64), String(repeating: "0", count: 63) + "é"])
    func refuses(_ text: String) { #expect(SHA256Digest(parsing: text) == nil) }

    @Test func refusesOtherLengths() {
        #expect(SHA256Digest([UInt8](repeating: 0, count: 31)) == nil)
        #expect(SHA256Digest([UInt8](repeating: 0, count: 33)) == nil)
    }
}
