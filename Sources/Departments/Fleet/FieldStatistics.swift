internal import Core

/// Sums of a field's values. <https://docs.aws.amazon.com/iot/latest/developerguide/index-aggregate.html>
struct FieldStatistics: Hashable, Sendable {
    /// How many have the field.
    let count: Int
    /// Of numbers, and of flags as 0 and 1; texts have none.
    private let numbers: [Double]

    init(_ found: [[Datum]], _ type: IndexSettings.FieldType) {
        count = found.count
        numbers =
            type == .string
            ? [] : found.flatMap { $0 }.compactMap { value in value.number ?? value.bool.map { $0 ? 1 : 0 } }
    }

    var told: Datum {
        var told: DatumMap = ["count": .whole(count)]
        guard let least = numbers.min(), let greatest = numbers.max() else { return .map(told) }
        let sum = numbers.reduce(0, +)
        let average = sum / Double(numbers.count)
        let variance = numbers.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(numbers.count)
        let sums = [
            ("average", average), ("sum", sum), ("minimum", least), ("maximum", greatest),
            ("sumOfSquares", numbers.reduce(0) { $0 + $1 * $1 }), ("variance", variance),
            ("stdDeviation", variance.squareRoot()),
        ]
        // What is greater than a number can be is left out.
        for (name, value) in sums where value.isFinite { told[name] = .number(value) }
        return .map(told)
    }

    /// The value below which so many per cent lie, between the two that are next to it.
    static func value(of sorted: [Double], at percent: Double) -> Double {
        let place = Double(sorted.count - 1) * percent / 100
        let (low, part) = (Int(place), place - place.rounded(.down))
        guard low + 1 < sorted.count else { return sorted[sorted.count - 1] }
        // Not by their difference, which may be too large for a number.
        return sorted[low] * (1 - part) + sorted[low + 1] * part
    }
}
