internal import Core

/// One of the values that will do for a leaf.
indirect enum Matcher: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(ExactNumber)
    case text(TextMatcher)
    case wildcard(Wildcard)
    case numeric(NumericRange)
    case addresses(AddressBlock)
    case exists
    case absent
    case anythingBut([Matcher])

    /// Whether it will do: a value that is neither a list nor an object.
    func matches(_ value: Datum) -> Bool {
        switch self {
        case .null: value.isNull
        case .bool(let bool): value.bool == bool
        case .number(let number): ExactNumber(value) == number
        case .text(let matcher): value.text.map(matcher.matches) ?? false
        case .wildcard(let wildcard): value.text.map(wildcard.matches) ?? false
        case .numeric(let range): ExactNumber(value).map(range.contains) ?? false
        case .addresses(let block): value.text.map(block.contains) ?? false
        case .exists: true
        case .absent: false
        case .anythingBut(let excluded): !excluded.contains { $0.matches(value) }
        }
    }
}
