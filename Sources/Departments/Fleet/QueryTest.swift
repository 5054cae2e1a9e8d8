internal import Core

/// What is asked of a field's values: one of them has to pass.
enum QueryTest: Hashable, Sendable {
    /// There is one.
    case present
    case like(QueryPattern)
    /// These words, one behind the other.
    case phrase([String])
    case range(from: QueryBound?, to: QueryBound?)

    func accepts(_ values: [Datum]) -> Bool { values.contains { accepts($0) } }

    private func accepts(_ value: Datum) -> Bool {
        switch self {
        case .present: return true
        case .like(let pattern):
            if let wanted = pattern.number, let number = value.number { return number == wanted }
            return QueryText.words(of: value).contains(where: pattern.matches)
        case .phrase(let phrase):
            let words = QueryText.words(of: value)
            guard phrase.count <= words.count else { return false }
            return (0...words.count - phrase.count).contains { start in
                words[start..<start + phrase.count].elementsEqual(phrase)
            }
        case .range(let from, let to):
            return from?.isPassed(by: value, upwards: true) ?? true && to?.isPassed(by: value, upwards: false) ?? true
        }
    }
}

/// An end of a range.
struct QueryBound: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        case number(Double)
        case text(String)
    }

    let value: Value
    let isIncluded: Bool

    /// Texts of attributes that are numbers are compared as such.
    func isPassed(by datum: Datum, upwards: Bool) -> Bool {
        switch value {
        case .number(let bound):
            guard let number = QueryText.number(of: datum) else { return false }
            return number == bound ? isIncluded : (number > bound) == upwards
        case .text(let bound):
            guard let text = QueryText.text(of: datum)?.lowercased() else { return false }
            return text == bound ? isIncluded : (text > bound) == upwards
        }
    }
}

/// Values as they are searched: a search knows no capitals.
enum QueryText {
    static func text(of value: Datum) -> String? {
        switch value {
        case .text(let text): text
        case .whole(let number): "\(number)"
        case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    static func number(of value: Datum) -> Double? {
        guard let number = value.number ?? value.text.flatMap(Double.init), number.isFinite else { return nil }
        return number
    }

    static func words(of value: Datum) -> [String] { text(of: value).map(words) ?? [] }
    static func words(_ text: String) -> [String] {
        text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
