/// A moment as people write it, in UTC: `2026-11-20 07:14:01.123 UTC`.
package struct CivilTime: CustomStringConvertible {
    /// Since 1970.
    package let milliseconds: Int64

    /// From nanoseconds since 1970.
    package init(wall: Int64) { milliseconds = Self.floor(wall, 1_000_000).whole }

    /// From milliseconds since 1970.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package var description: String { "\(date) \(clock) UTC" }

    /// As programs write it: `2026-11-20T07:14:01.123Z`.
    package var iso: String { "\(date)T\(clock)Z" }

    private var date: String {
        let (year, month, day) = Self.date(Self.floor(milliseconds, 86_400_000).whole)
        return "\(year)-\(Self.two(month))-\(Self.two(day))"
    }

    private var clock: String {
        let rest = Self.floor(milliseconds, 86_400_000).rest
        let time = "\(Self.two(rest / 3_600_000)):\(Self.two(rest / 60_000 % 60)):\(Self.two(rest / 1_000 % 60))"
        return "\(time).\(String("\(1_000 + rest % 1_000)".dropFirst()))"
    }

    /// The Gregorian date, counted in eras of 400 years that begin with a March.
    package static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, day) = floor(days + 719_468, 146_097)
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isLate = month >= 10
        return (
            year + era * 400 + (isLate ? 1 : 0), isLate ? month - 9 : month + 3, dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> (whole: Int64, rest: Int64) {
        let rest = (value % unit + unit) % unit
        return ((value - rest) / unit, rest)
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
