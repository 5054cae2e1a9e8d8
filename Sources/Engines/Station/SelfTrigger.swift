internal import Core

/// Parts at a steady rate, for stations without a PLC: the camera's address says `rate=N`.
struct SelfTrigger: Hashable, Sendable {
    /// No PLC process has this life: verdicts for these parts are told to nobody but the ledger and the page.
    static let life: UInt32 = 0

    private let interval: UInt64
    private var next: Instant
    private var number: UInt32 = 0

    init(perSecond rate: Double, from now: Instant) {
        interval = UInt64(1e9 / rate)
        next = now
    }

    var due: Instant { next }

    /// The part that is there now, if one is. Parts that were slept through do not come.
    mutating func part(at now: Instant) -> PendingPart? {
        guard now >= next else { return nil }
        let triggered = next
        next = next.advanced(by: interval) > now ? next.advanced(by: interval) : now.advanced(by: interval)
        number &+= 1
        return PendingPart(
            key: PartKey(part: number, sequence: UInt16(truncatingIfNeeded: number), triggered: triggered),
            partNumber: 0,
            ioLife: Self.life)
    }
}
