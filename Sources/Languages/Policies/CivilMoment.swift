internal import Core

/// A moment of a condition, as ISO 8601 or as seconds since 1970.
struct CivilMoment: Hashable, Comparable, Sendable {
    private let milliseconds: Int64

    static func < (left: CivilMoment, right: CivilMoment) -> Bool { left.milliseconds < right.milliseconds }

    /// Nil for anything else. Four digits are a year.
    init?(parsing text: String) {
        if text.utf8.count != 4, text.utf8.count <= Self.epochDigitsMax, let seconds = Int64(text) {
            milliseconds = seconds * 1_000
            return
        }
        let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let day = Self.day(halves[0]) else { return nil }
        guard let (clock, offset) = halves.count == 2 ? Self.clock(halves[1]) : ("00:00:00", 0),
            let time = CivilTime(iso: "\(day)T\(clock)Z")
        else { return nil }
        milliseconds = time.milliseconds - offset
    }

    /// Until the year 33658, and far from what overflows.
    private static let epochDigitsMax = 12

    /// A year, a year with its month, or a whole date, as a whole date.
    private static func day(_ text: Substring) -> String? {
        switch text.utf8.count {
        case 4: "\(text)-01-01"
        case 7: "\(text)-01"
        case 10: String(text)
        default: nil
        }
    }

    /// `07:14Z`, `07:14:01.5+02:00`: the time with its seconds, and how far ahead of UTC it is.
    private static func clock(_ text: Substring) -> (clock: String, offset: Int64)? {
        guard let mark = text.lastIndex(where: { "Z+-".contains($0) }) else { return nil }
        let zone = text[mark...]
        let clock = text[..<mark].utf8.count == 5 ? "\(text[..<mark]):00" : String(text[..<mark])
        if zone == "Z" { return (clock, 0) }
        // A zone is a time of day with a sign, and is read as one.
        guard let shift = CivilTime(iso: "1970-01-01T\(zone.dropFirst()):00Z") else { return nil }
        return (clock, zone.first == "-" ? -shift.milliseconds : shift.milliseconds)
    }
}
