/// Compares texts byte for byte: two spellings of one letter are two letters.
struct TextMatcher: Hashable, Sendable {
    enum Part: Hashable, Sendable { case whole, start, end }

    private let part: Part
    private let bytes: [UInt8]
    private let ignoresCase: Bool

    init(_ part: Part, _ text: String, ignoringCase: Bool = false) {
        self.part = part
        bytes = Array((ignoringCase ? text.lowercased() : text).utf8)
        ignoresCase = ignoringCase
    }

    func matches(_ text: String) -> Bool {
        let letters = (ignoresCase ? text.lowercased() : text).utf8
        return switch part {
        case .whole: letters.count == bytes.count && letters.elementsEqual(bytes)
        case .start: letters.starts(with: bytes)
        case .end: letters.count >= bytes.count && letters.suffix(bytes.count).elementsEqual(bytes)
        }
    }
}
