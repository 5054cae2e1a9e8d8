/// Header fields in the order they came; names are the same in any case.
package struct WebFields: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    package private(set) var list: [Field] = []

    package init() {}

    package init(_ fields: [(name: String, value: String)]) {
        list = fields.map { Field(name: $0.name, value: $0.value) }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    package mutating func add(_ name: String, _ value: String) { list.append(Field(name: name, value: value)) }

    /// The first value of a name.
    package subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        return list.first { $0.name.lowercased() == wanted }?.value
    }

    /// From `Name: value`; anything else is not a field.
    mutating func add(line: Substring) {
        guard let colon = line.firstIndex(of: ":") else { return }
        add(String(line[..<colon]), Self.trimmed(line[line.index(after: colon)...]))
    }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
