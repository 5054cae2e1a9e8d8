/// A number of a condition; whole ones are compared to the last digit.
struct ConditionNumber: Hashable, Comparable, Sendable {
    private let whole: Int?
    private let decimal: Double

    /// Nil for anything but digits with a sign, a point and an exponent: neither `nan` nor `0x10` is a number here.
    init?(parsing text: String) {
        guard text.utf8.allSatisfy(Self.isLetter), let decimal = Double(text), decimal.isFinite else { return nil }
        self.decimal = decimal
        whole = Int(text) ?? Int(exactly: decimal)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }

    static func < (left: ConditionNumber, right: ConditionNumber) -> Bool {
        if let left = left.whole, let right = right.whole { return left < right }
        return left.decimal < right.decimal
    }
}
