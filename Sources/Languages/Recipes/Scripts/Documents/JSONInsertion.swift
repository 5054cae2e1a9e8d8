internal import Core
internal import JSON

/// Puts a member into an object of a JSON text, in the manner of what is around it.
struct JSONInsertion {
    let bytes: [UInt8]

    /// What is to stand where. It becomes the object's first member.
    func edit(_ key: String, _ value: Datum, into object: JSONOutline.Node) -> (range: Range<Int>, text: String)? {
        guard case .object(let members) = object.content else { return nil }
        let start = object.range.lowerBound
        let margin = margin(at: start)
        guard let first = members.first else {
            let isWide = bytes[..<start].contains(.newline)
            return (object.range, Self.text(.map([key: value]), margin: isWide ? margin : nil))
        }
        let gap = bytes.text(start + 1..<first.range.lowerBound)
        guard gap.contains("\n") else {
            let at = first.range.lowerBound
            return (at..<at, "\(Self.text(.text(key))): \(Self.text(value)), ")
        }
        let inner = String(gap.split(separator: "\n", omittingEmptySubsequences: false).last ?? "")
        let unit = inner.hasPrefix(margin) && inner.count > margin.count ? String(inner.dropFirst(margin.count)) : "  "
        let text = Self.text(value, margin: inner, unit: unit)
        return (start + 1..<start + 1, "\n\(inner)\(Self.text(.text(key))): \(text),")
    }

    /// What the line of a place begins with.
    private func margin(at place: Int) -> String {
        let line = bytes[..<place].lastIndex(of: .newline).map { $0 + 1 } ?? 0
        return bytes.text(line..<line + bytes[line...].prefix { $0.isBlank }.count)
    }

    /// A value as JSON: on one line, or with a line for each member from a margin on.
    private static func text(_ value: Datum, margin: String? = nil, unit: String = "  ") -> String {
        guard let map = value.map, !map.isEmpty else { return String(decoding: value.json, as: UTF8.self) }
        let inner = margin.map { $0 + unit }
        let members = map.members.map { key, value in
            "\(text(.text(key))): \(text(value, margin: inner, unit: unit))"
        }
        guard let margin, let inner else { return "{\(members.joined(separator: ", "))}" }
        return "{\n\(members.map { inner + $0 }.joined(separator: ",\n"))\n\(margin)}"
    }
}
