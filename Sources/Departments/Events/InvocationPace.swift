internal import Core

/// How fast a destination is asked: so often in a second, and seldom while it lets everybody wait. Pure.
struct InvocationPace: Sendable {
    private var next = Instant(nanoseconds: 0)
    private var silence = BackOff(shortest: Span64.second, longest: 30 * Span64.second)

    /// When the next request may go out, which is taken with that: within a second.
    mutating func take(perSecond rate: Int, now: Instant) -> Instant {
        let turn = max(now, next)
        next = turn.advanced(by: Span64.second / UInt64(max(1, rate)))
        return turn
    }

    mutating func answered() { silence.reset() }

    /// For how long others are better served first than one that let the last request wait in vain: milliseconds.
    mutating func letWait() -> Int64 { Int64(silence.next() / Span64.millisecond) }
}
