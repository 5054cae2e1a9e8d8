/// How a text's characters are written: told by its first bytes, and not contradicted by what it declares.
enum XMLEncoding: String {
    case utf8 = "UTF-8"
    case utf16 = "UTF-16"

    /// Nil where UTF-16 comes without its mark, which expat would read whatever it is told.
    init?(of text: [UInt8]) {
        let mark = text.prefix(2)
        if mark.contains(0) { return nil }
        self = mark == [0xFE, 0xFF] || mark == [0xFF, 0xFE] ? .utf16 : .utf8
    }

    func agrees(with declared: String) -> Bool { declared.uppercased() == rawValue }
}
