internal import Core

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
        let blank = UInt8(ascii: " ")
        let bytes = text.utf8.map { plusIsBlank && $0 == UInt8(ascii: "+") ? blank : $0 }
        return String(decoding: PercentText.decoded(bytes), as: UTF8.self)
    }
}
