package import Core

/// The rhythm of a camera that runs freely, learnt from its frames: a frame that does not come is missed long before the
/// camera's library gives up on it.
package struct FramePace: Hashable, Sendable {
    /// Too few intervals say nothing of a rhythm.
    private static let intervalsMin = 4
    private static let intervalsMax = 16

    /// Frames of a stream come in bursts: so much is no news.
    private let sway: UInt64
    private var intervals: [UInt64] = []
    private var last: Instant?
    private var isForgiven = false
    /// A frame was missed, and none has come since.
    package private(set) var isMissing = false

    package init(sway: UInt64 = 0) { self.sway = sway }

    package mutating func note(_ arrived: Instant) {
        // The gap that a silence left is not the rhythm.
        defer { isForgiven = false }
        if let last, !isMissing, !isForgiven {
            intervals.append(arrived.since(last))
            if intervals.count > Self.intervalsMax { intervals.removeFirst() }
        }
        last = arrived
        isMissing = false
    }

    /// Whoever takes the frames was away: what is late now is not the camera's doing.
    package mutating func forgive(_ now: Instant) {
        guard last != nil else { return }
        last = now
        isForgiven = true
    }

    /// Between two frames, as usual; nil while nothing is known of it.
    package var period: UInt64? {
        guard intervals.count >= Self.intervalsMin else { return nil }
        return intervals.reduce(0, +) / UInt64(intervals.count)
    }

    /// When a frame that has not come is missed: one period after it was due, or what the rhythm has swayed, if that is more.
    package var limit: Instant? {
        guard let period, let last, !isMissing else { return nil }
        return last.advanced(by: period).advanced(by: max(period, sway, intervals.max() ?? 0))
    }

    /// Why the camera is called lost, once for each silence.
    package mutating func look(_ now: Instant) -> String? {
        guard let limit, let last, let period, now >= limit else { return nil }
        isMissing = true
        return "no frame for \(Self.milliseconds(now.since(last))) ms; they came every \(Self.milliseconds(period)) ms"
    }

    private static func milliseconds(_ span: UInt64) -> UInt64 { (span + 500_000) / Span64.millisecond }
}
