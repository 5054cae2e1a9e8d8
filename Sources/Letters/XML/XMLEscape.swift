/// What stands in a document for a character that cannot stand there itself; nothing for those that XML 1.0 does not have.
struct XMLEscape {
    /// Of the character, in bytes of UTF-8.
    let length: Int
    let substitute: StaticString

    /// Nearly every byte, told quickly.
    static func isPlain(_ letter: UInt8) -> Bool {
        letter >= 0x40 ? letter != 0xEF : suspects >> UInt64(letter) & 1 == 0
    }

    /// A bit for each of the first 64 characters: all controls, then `"`, `&`, `<` and `>`.
    private static let suspects: UInt64 = 0x5000_0044_FFFF_FFFF

    /// Nil for a byte that is written as it is. Readers turn a carriage return into a line feed, and in the value of an
    /// attribute line feeds and tabs into spaces, unless they are references.
    /// <https://www.w3.org/TR/xml/#sec-line-ends>, <https://www.w3.org/TR/xml/#AVNormalize>
    init?(of letters: UnsafeRawBufferPointer, at place: Int, isValue: Bool) {
        let letter = unsafe letters[place]
        switch letter {
        case UInt8(ascii: "&"): self.init(1, "&amp;")
        case UInt8(ascii: "<"): self.init(1, "&lt;")
        case UInt8(ascii: ">"): self.init(1, "&gt;")
        case UInt8(ascii: "\""): self.init(1, "&quot;")
        case UInt8(ascii: "\r"): self.init(1, "&#13;")
        case UInt8(ascii: "\n"), UInt8(ascii: "\t"):
            guard isValue else { return nil }
            self.init(1, letter == UInt8(ascii: "\n") ? "&#10;" : "&#9;")
        case ..<0x20: self.init(1, "")
        // U+FFFE and U+FFFF, which are no characters.
        case 0xEF:
            guard unsafe letters[place + 1] == 0xBF, unsafe letters[place + 2] >= 0xBE else { return nil }
            self.init(3, "")
        default: return nil
        }
    }

    private init(_ length: Int, _ substitute: StaticString) {
        self.length = length
        self.substitute = substitute
    }
}
