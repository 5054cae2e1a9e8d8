/// Percent encoding of forms and queries, read.
package enum FormText {
    /// The pairs of `a=1&b=2`, decoded.
    package static func pairs(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let mark = pair.firstIndex(of: "=") ?? pair.endIndex
            let value = mark == pair.endIndex ? "" : pair[pair.index(after: mark)...]
            return (decoded(pair[..<mark]), decoded(value))
        }
    }

    /// A `%` that no two digits follow stands for itself, and a plus for a blank.
    package static func decoded(_ text: Substring, plusIsBlank: Bool = true) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(place + 1)...(place + 2)], as: UTF8.self), radix: 16)
            {
                plain.append(value)
                place += 3
            } else {
                plain.append(plusIsBlank && bytes[place] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[place])
                place += 1
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
