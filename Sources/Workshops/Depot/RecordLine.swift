/// A line of the record: words between single spaces. Whatever would tear a word apart is written as its number in hexadecimal.
struct RecordLine {
    let words: [String]

    init(_ words: [String]) { self.words = words }

    init?(_ text: Substring) {
        var words: [String] = []
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            guard let word = Self.plain(part) else { return nil }
            words.append(word)
        }
        self.words = words
    }

    var text: String { words.map(Self.escaped).joined(separator: " ") }

    /// `%` alone stands for the empty word.
    private static func escaped(_ word: String) -> String {
        guard !word.isEmpty else { return "%" }
        var text: [UInt8] = []
        for byte in word.utf8 {
            if byte > 0x20, byte != UInt8(ascii: "%"), byte != 0x7f {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 15)]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func plain(_ part: Substring) -> String? {
        guard part != "%" else { return "" }
        var bytes: [UInt8] = []
        var rest = Array(part.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
