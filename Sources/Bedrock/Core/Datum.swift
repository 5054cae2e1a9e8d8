/// A value of a document that people write, whatever its letters: what JSON and YAML texts hold, and what is written back.
package indirect enum Datum: Hashable, Sendable {
    case null
    case bool(Bool)
    case whole(Int)
    case number(Double)
    case text(String)
    case list([Datum])
    case map(DatumMap)
}

/// The members of an object in the order they were written; equal to another with the same members in any order.
package struct DatumMap: Sendable {
    package private(set) var keys: [String] = []
    private var values: [String: Datum] = [:]

    package init() {}

    package init(_ members: [(String, Datum)]) {
        for (key, value) in members { self[key] = value }
    }

    package var isEmpty: Bool { keys.isEmpty }
    package var count: Int { keys.count }

    package var members: [(key: String, value: Datum)] { keys.map { ($0, values[$0] ?? .null) } }

    /// Setting a member again keeps its place; nil removes it.
    package subscript(_ key: String) -> Datum? {
        get { values[key] }
        set {
            let isNew = values[key] == nil
            values[key] = newValue
            if newValue == nil { keys.removeAll { $0 == key } } else if isNew { keys.append(key) }
        }
    }
}

extension DatumMap: Hashable {
    package static func == (left: DatumMap, right: DatumMap) -> Bool { left.values == right.values }
    package func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension DatumMap: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, Datum)...) { self.init(elements) }
}

extension Datum: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    package init(dictionaryLiteral elements: (String, Datum)...) { self = .map(DatumMap(elements)) }
    package init(arrayLiteral elements: Datum...) { self = .list(elements) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .whole(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
}

/// What a value is, or nil when it is something else.
extension Datum {
    package var isNull: Bool { self == .null }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var whole: Int? { if case .whole(let value) = self { value } else { nil } }
    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var list: [Datum]? { if case .list(let value) = self { value } else { nil } }
    package var map: DatumMap? { if case .map(let value) = self { value } else { nil } }

    package var number: Double? {
        switch self {
        case .whole(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// A number without its fraction, where it lies in a range; a text's writer may have made it anything.
    package func whole(in range: ClosedRange<Int>) -> Int? {
        guard let number, let value = Int(exactly: number.rounded(.towardZero)), range.contains(value) else {
            return nil
        }
        return value
    }

    /// A member of an object.
    package subscript(_ key: String) -> Datum? { map?[key] }

    /// What it is called when something else was expected.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .whole: "a whole number"
        case .number: "a number"
        case .text: "a string"
        case .list: "a list"
        case .map: "an object"
        }
    }
}
