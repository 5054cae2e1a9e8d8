internal import Core

/// Writes a value in blocks of two columns each.
struct YAMLWriter {
    private(set) var text = ""

    mutating func document(_ value: Datum) {
        switch value {
        case .map(let map) where !map.isEmpty: members(map, indent: 0)
        case .list(let list) where !list.isEmpty: elements(list, indent: 0)
        default: text += Self.scalar(value, indent: 0) + "\n"
        }
    }

    private mutating func members(_ map: DatumMap, indent: Int) {
        for (key, value) in map.members {
            text += Self.space(indent) + Self.word(key) + ":"
            switch value {
            case .map(let inner) where !inner.isEmpty:
                text += "\n"
                members(inner, indent: indent + 2)
            case .list(let list) where !list.isEmpty:
                text += "\n"
                elements(list, indent: indent + 2)
            default: text += " " + Self.scalar(value, indent: indent + 2) + "\n"
            }
        }
    }

    private mutating func elements(_ list: [Datum], indent: Int) {
        for value in list {
            var inner = YAMLWriter()
            switch value {
            case .map(let map) where !map.isEmpty: inner.members(map, indent: indent + 2)
            case .list(let list) where !list.isEmpty: inner.elements(list, indent: indent + 2)
            default: inner.text = Self.space(indent + 2) + Self.scalar(value, indent: indent + 2) + "\n"
            }
            text += Self.space(indent) + "- " + inner.text.dropFirst(indent + 2)
        }
    }

    private static func space(_ count: Int) -> String { String(repeating: " ", count: count) }

    private static func scalar(_ value: Datum, indent: Int) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .whole(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let text): block(text, indent: indent) ?? word(text)
        case .list: "[]"
        case .map: "{}"
        }
    }

    /// Several lines as lines, when nothing in them would be lost that way.
    private static func block(_ text: String, indent: Int) -> String? {
        guard text.contains("\n"), let first = text.first, first != " ", first != "\n", first != "\t" else {
            return nil
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let endsWithNewline = text.hasSuffix("\n")
        if endsWithNewline { lines.removeLast() }
        guard lines.last != "", lines.allSatisfy({ $0.unicodeScalars.allSatisfy(isPrintable) }) else { return nil }
        let body = lines.map { $0.isEmpty ? "" : space(max(2, indent)) + $0 }
        return (endsWithNewline ? "|" : "|-") + "\n" + body.joined(separator: "\n")
    }

    private static func isPrintable(_ letter: Unicode.Scalar) -> Bool {
        (letter.value >= 0x20 && letter.value < 0x7f) || (letter.value >= 0xa0 && letter.value < 0x2028)
            || (letter.value > 0x2029 && letter.value < 0xd800) || (0xe000..<0xfeff).contains(letter.value)
            || (0xff00..<0xfffe).contains(letter.value) || letter.value >= 0x10000
    }

    /// A word as it stands where it can be read back as that word; in quotes where not.
    private static func word(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.first, case .text? = try? YAMLScalar.plain(text) else { return false }
        guard first.isLetter || first.isNumber || first == "/" || first == "." || first == "_", text.last != " " else {
            return false
        }
        return text.utf8.allSatisfy { (0x20..<0x7f).contains($0) && !forbidden.contains($0) }
            && !text.hasPrefix("...")
    }

    private static let forbidden = Set(#":#,[]{}&*!|>'"%@`\?"#.utf8)

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for letter in text.unicodeScalars {
            switch letter {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            default:
                if isPrintable(letter) { out.unicodeScalars.append(letter) } else { out += escape(letter.value) }
            }
        }
        return out + "\""
    }

    private static func escape(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
