/// What a value is compared with: a number, or a text in which stars stand for anything.
package enum PatternOperand: Hashable, Sendable {
    case text(WildcardText)
    case number(Double)

    private static let numberLetters = "0123456789+-.eE"

    /// Decimal alone: `nan`, `inf` and `0x10` are words.
    static func number(_ word: some StringProtocol) -> Double? {
        guard word.allSatisfy(numberLetters.contains), let number = Double(word), number.isFinite else { return nil }
        return number
    }
}

package enum PatternComparison: String, CaseIterable, Hashable, Sendable {
    // Those that begin with another one come before it.
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case equal = "="
    case less = "<"
    case greater = ">"

    func holds(_ value: Double, _ wanted: Double) -> Bool {
        switch self {
        case .equal: value == wanted
        case .notEqual: value != wanted
        case .less: value < wanted
        case .lessOrEqual: value <= wanted
        case .greater: value > wanted
        case .greaterOrEqual: value >= wanted
        }
    }
}
