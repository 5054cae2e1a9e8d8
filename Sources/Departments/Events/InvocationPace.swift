internal import Core

/// How fast a destination is asked: so often in a second, and seldom while it lets everybody wait. Pure.
struct InvocationPace: Sendable {
    /// What is due within so long goes out at once: whoever is asked often has ten turns a second, and not one for each
    /// request.
    private static let stride = Span64.second / 10

    private var next = Instant(nanoseconds: 0)
    private var silence = BackOff(shortest: Span64.second, longest: 30 * Span64.second)

    /// Nil when a request may go out, which is taken with that; otherwise when to come again: milliseconds.
    mutating func take(perSecond rate: Int, now: Instant) -> Int64? {
        let gap = Span64.second / UInt64(max(1, rate))
        let ahead = next.since(now)
        guard ahead == 0 || ahead + gap <= Self.stride else {
            return Int64((ahead + Span64.millisecond - 1) / Span64.millisecond)
        }
        next = max(now, next).advanced(by: gap)
        return nil
    }

    mutating func answered() { silence.reset() }

    /// For how long others are better served first than one that let the last request wait in vain: milliseconds.
    mutating func letWait() -> Int64 { Int64(silence.next() / Span64.millisecond) }
}
