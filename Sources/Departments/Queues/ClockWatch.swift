internal import Core

/// Sees when the clock on the wall is set back, by the clock that never is. Pure.
struct ClockWatch: Hashable, Sendable {
    /// Less is left alone: whatever is hidden for so much longer is still received.
    private static let leastSetBack: Int64 = 1000

    /// By how many milliseconds the wall is ahead of the clock that never goes back.
    private var lead: Int64

    init(wall: Int64, steady: Instant) { lead = Self.lead(wall, steady) }

    /// What time it would be if the clock had not been set back since it was last looked at; nil when it was not.
    mutating func lostTime(wall: Int64, steady: Instant) -> Int64? {
        let now = Self.lead(wall, steady)
        guard lead - now >= Self.leastSetBack else {
            lead = max(lead, now)
            return nil
        }
        defer { lead = now }
        return wall + lead - now
    }

    private static func lead(_ wall: Int64, _ steady: Instant) -> Int64 {
        wall - Int64(clamping: steady.nanoseconds / Span64.millisecond)
    }
}
