/// A message in its fields, which are separated by spaces. What stands in brackets or quotation marks is one, and is
/// told without them.
struct MessageFields {
    private static let stroke = UInt8(ascii: "\\")
    private var rest: Substring.UTF8View

    init(_ message: String) { rest = Substring(message).utf8 }

    var all: [Substring] {
        var copy = self
        var fields: [Substring] = []
        while let field = copy.next() { fields.append(field) }
        return fields
    }

    /// All that is left, as one field; nil where nothing is.
    var remainder: Substring? {
        var copy = self
        guard let field = copy.next() else { return nil }
        let isLast = copy.rest.allSatisfy(Self.isSpace)
        return isLast ? field : Substring(rest).trimmed
    }

    mutating func next() -> Substring? {
        rest = rest.drop(while: Self.isSpace)
        if rest.isEmpty { return nil }
        let close = enclosureEnd
        let end = rest[(close ?? rest.startIndex)...].firstIndex(where: Self.isSpace) ?? rest.endIndex
        defer { rest = rest[end...] }
        // What follows its closing mark without a space belongs to the field, marks and all.
        guard let close, rest.index(after: close) == end else { return Substring(rest[..<end]) }
        return Substring(rest[rest.index(after: rest.startIndex)..<close])
    }

    /// The closing mark of what begins here with an opening one; nil where it does not, or is never closed.
    private var enclosureEnd: Substring.UTF8View.Index? {
        let isQuoted = rest.first == UInt8(ascii: "\"")
        guard isQuoted || rest.first == UInt8(ascii: "[") else { return nil }
        let mark = UInt8(ascii: isQuoted ? "\"" : "]")
        var isAfterStroke = false
        return rest.indices.dropFirst().first { place in
            defer { isAfterStroke = isQuoted && !isAfterStroke && rest[place] == Self.stroke }
            return rest[place] == mark && !isAfterStroke
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
