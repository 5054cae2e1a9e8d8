internal import Core

/// A number by its value, however it was written: 300, 300.0 and 3.0e2 are one number.
struct ExactNumber: Hashable, Sendable {
    /// Kept beside the fraction, which cannot tell long account numbers apart.
    private let whole: Int?
    private let value: Double

    /// Nil for what is no number, and for one that is not finite.
    init?(_ datum: Datum) {
        guard let number = datum.number, number.isFinite else { return nil }
        whole = datum.whole ?? Int(exactly: number)
        value = whole.map(Double.init) ?? number
    }

    /// Whether `numeric` may compare it.
    var isComparable: Bool { abs(value) <= PatternLimit.numberMax }
}

extension ExactNumber: Comparable {
    static func < (left: ExactNumber, right: ExactNumber) -> Bool {
        if let whole = left.whole, let other = right.whole { return whole < other }
        return left.value < right.value
    }
}
