/// A span of time, or a moment counted from the start of a run. Whole numbers, so that saved runs read back equal.
package typealias Nanoseconds = UInt64

extension Nanoseconds {
    /// Rounds toward zero; a negative duration is zero, and one beyond five centuries is the largest number.
    init(clamping duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else {
            self = 0
            return
        }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        self = overflow ? .max : whole + UInt64(attoseconds) / 1_000_000_000
    }

    /// The span as a `Double`, for rates.
    package var seconds: Double { Double(self) / 1e9 }

    /// The span for people, in the unit that suits it: `850 ns`, `12.345 us`, `1.250 ms`, `3.000 s`.
    package var text: String {
        switch self {
        case ..<1_000: "\(self) ns"
        case ..<1_000_000: "\(FixedPoint.text(self, unit: 1_000)) us"
        case ..<1_000_000_000: "\(FixedPoint.text(self, unit: 1_000_000)) ms"
        default: "\(FixedPoint.text(self, unit: 1_000_000_000)) s"
        }
    }
}

/// Prints numbers with three decimals; `Double` would print as many as it has.
enum FixedPoint {
    static func text(_ value: UInt64, unit: UInt64) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        return "\(whole).\(padded(rest * 1_000 / unit))"
    }

    static func text(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        let thousandths = UInt64((value.magnitude * 1_000).rounded())
        return (value < 0 && thousandths > 0 ? "-" : "") + text(thousandths, unit: 1_000)
    }

    private static func padded(_ thousandths: UInt64) -> String {
        let digits = "\(thousandths)"
        return String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }
}
