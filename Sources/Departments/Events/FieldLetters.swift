internal import AWSProtocol
internal import Core

/// What may stand in a header field and in a query: a line end in one would begin another.
enum FieldLetters {
    private static let lettersMax = 512
    private static let nameMarks = "!#$%&'*+-.^_`|~"

    static func isFieldName(_ text: String) -> Bool {
        (1...lettersMax).contains(text.utf8.count) && text.isMadeOfLetters(and: nameMarks)
    }

    /// ASCII that can be seen, blanks and tabs, and not these alone.
    static func isFieldValue(_ text: String) -> Bool {
        text.utf8.count <= lettersMax && text.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 }
            && text.utf8.contains { $0 > 0x20 }
    }

    static func isQueryName(_ text: String) -> Bool { !text.isEmpty && isQueryValue(text) && !hasLineEnd(text) }

    /// Line ends are encoded like anything else.
    static func isQueryValue(_ text: String) -> Bool {
        text.unicodeScalars.count <= lettersMax
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a || $0 == 0x0d }
    }

    /// Names, keys and passwords, as connections have them.
    static func isCredential(_ text: String) -> Bool {
        (1...lettersMax).contains(text.unicodeScalars.count)
            && text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7f || $0 == 0x09) && $0 != UInt8(ascii: ":") }
            && text.utf8.contains { $0 > 0x20 }
    }

    private static func hasLineEnd(_ text: String) -> Bool { text.utf8.contains { $0 == 0x0a || $0 == 0x0d } }
}
