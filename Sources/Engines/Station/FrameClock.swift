internal import Core

/// When frames were taken, by the camera's own clock. Nobody knows what our clock was when the camera's began; so the frame of
/// the last seconds that was under way for the shortest time is the measure of the others, and what is told is never too early
/// by the camera's drift.
struct FrameClock: Hashable, Sendable {
    private static let window = 5 * Span64.second
    /// No frame is under way for so long: the camera's clock has begun anew.
    private static let delayMax = 10 * Span64.second

    private var began = Instant(nanoseconds: 0)
    /// Our clock less the camera's, at the least: in this window and in the one before.
    private var least = Int64.max
    private var leastBefore = Int64.max

    init() {}

    /// No earlier than the frame was taken, and as near to it as anybody can tell.
    mutating func taken(arrived: Instant, deviceNanoseconds: UInt64) -> Instant {
        let offset = Int64(truncatingIfNeeded: arrived.nanoseconds &- deviceNanoseconds)
        turn(arrived)
        least = min(least, offset)
        let (delay, overflow) = offset.subtractingReportingOverflow(min(least, leastBefore))
        guard !overflow, delay >= 0, UInt64(delay) < Self.delayMax else {
            self = FrameClock()
            began = arrived
            least = offset
            return arrived
        }
        return Instant(nanoseconds: arrived.nanoseconds - min(UInt64(delay), arrived.nanoseconds))
    }

    private mutating func turn(_ now: Instant) {
        guard now.since(began) > Self.window else { return }
        leastBefore = now.since(began) > 2 * Self.window ? .max : least
        least = .max
        began = now
    }
}
