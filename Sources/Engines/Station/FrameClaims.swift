internal import Core

/// Which part a frame shows that names none. A frame counts for a part only if it can be no other's: of two parts that may
/// both still get one, neither is judged by it. A lost or late frame must never make a good part's picture a bad part's PASS.
///
/// A part may own a frame from its trigger to the last moment at which its frame can come, also when it was decided long
/// before. Where each part has one frame at most, as many frames as there are parts that could own them settle all of them,
/// in their order. A frame is decided as soon as every part is known that was triggered before it came.
///
/// A value: triggers, frames and losses in, findings out.
struct FrameClaims: Hashable, Sendable {
    enum Finding: Hashable, Sendable {
        /// The frame is this part's and can be no other's.
        case shows(UInt64, PartKey)
        /// A frame came that may be this part's or another's: it has none that could be believed.
        case doubtful(PartKey)
        /// Its frame was of no use, or never came.
        case lost(PartKey)
    }

    /// A part whose frame may still come.
    private struct Claim: Hashable, Sendable {
        let key: PartKey
        let since: Instant
        var isDoubtful = false
    }

    /// What came, and is not decided yet.
    private struct Arrival: Hashable, Sendable {
        /// Nil for a frame that came to harm.
        let frame: UInt64?
        let at: Instant
        let taken: Instant
    }

    private static let arrivalsMax = 64
    /// Long enough for a frame that was received to be handed on.
    private static let slack = Span64.second

    let timing: FrameTiming
    /// In the order of their triggers.
    private var claims: [Claim] = []
    private var arrivals: [Arrival] = []
    /// Frames of the first claims: each is one of theirs, and nobody can say whose.
    private var shared: [UInt64] = []
    /// Until then frames may come of parts that nobody told of.
    private var blindUntil = Instant(nanoseconds: 0)
    private var newest = Instant(nanoseconds: 0)

    init(_ timing: FrameTiming) { self.timing = timing }

    /// Frames whose owner is not known yet.
    var undecided: [UInt64] { arrivals.compactMap(\.frame) + shared }
    /// Something came that waits for its parts to be known.
    var isDeciding: Bool { !arrivals.isEmpty }
    /// Frames came, and nobody can say whose they are.
    var isInDoubt: Bool { !shared.isEmpty }

    // MARK: what happens

    /// A part came at `since`: from now on its frame may come.
    mutating func trigger(_ key: PartKey, since: Instant) {
        if arrivals.isEmpty { expire(Instant(nanoseconds: since.nanoseconds - min(since.nanoseconds, Self.slack))) }
        let place = claims.lastIndex { $0.since <= since }.map { $0 + 1 } ?? 0
        claims.insert(Claim(key: key, since: since), at: place)
    }

    /// Parts may have come at this moment or before it that nobody told of: how many is unknown. A camera that runs on its own
    /// shows none of them in a frame that it takes later.
    mutating func forgetParts(before moment: Instant) {
        blindUntil = max(blindUntil, moment.advanced(by: timing.isOneEach ? timing.longest : timing.after))
    }

    /// The part has a frame that names it, and owns no other.
    mutating func name(_ part: UInt32) -> [Finding] {
        guard let place = claims.firstIndex(where: { $0.key.part == part }) else { return [] }
        claims.remove(at: place)
        return settle(claims.prefix { mayOwn($0, newest) }.count)
    }

    /// A frame came that names no part. `taken`: no earlier than it was taken, as far as anybody can tell.
    mutating func arrive(_ frame: UInt64, at moment: Instant, taken: Instant) {
        note(Arrival(frame: frame, at: moment, taken: min(taken, moment)))
    }

    /// A frame was noticed to be damaged, dropped or missing.
    mutating func lose(at moment: Instant) { note(Arrival(frame: nil, at: moment, taken: moment)) }

    private mutating func note(_ arrival: Arrival) {
        if arrivals.count >= Self.arrivalsMax { arrivals.removeFirst() }
        arrivals.append(arrival)
    }

    // MARK: what follows

    /// Decides what came up to the moment `heard`, before which every trigger is known.
    mutating func decide(heard: Instant) -> [Finding] {
        var findings: [Finding] = []
        while let arrival = arrivals.first, arrival.at <= heard {
            arrivals.removeFirst()
            findings += decide(arrival)
        }
        return findings
    }

    private mutating func decide(_ arrival: Arrival) -> [Finding] {
        expire(arrival.at)
        newest = arrival.at
        let count = claims.prefix { mayOwn($0, arrival.at) }.count
        guard let frame = arrival.frame else { return lose(count) }
        // By its own time it was taken before all of them came: it shows none of them.
        guard claims.prefix(count).contains(where: { $0.since < arrival.taken }) else { return [] }
        guard arrival.at > blindUntil else { return doubt(count) }
        shared.append(frame)
        // A camera that runs on its own may have taken it after any of the triggers up to now, however long it was under way.
        let isRivalled = !timing.isOneEach && claims.prefix { $0.since < arrival.at }.count > 1
        let doubts = isRivalled ? doubt(count) : []
        return doubts + settle(count)
    }

    private func mayOwn(_ claim: Claim, _ moment: Instant) -> Bool { claim.since.advanced(by: timing.after) < moment }

    /// A part whose frame cannot come any more. If it had one, it was the first of those that are shared.
    private mutating func expire(_ moment: Instant) {
        while let first = claims.first, first.since.advanced(by: timing.longest) < moment {
            claims.removeFirst()
            if !shared.isEmpty { shared.removeFirst() }
        }
        if claims.isEmpty { shared.removeAll() }
    }

    private mutating func lose(_ count: Int) -> [Finding] {
        guard count == 1, shared.isEmpty else { return doubt(count) }
        let claim = claims.removeFirst()
        return claim.isDoubtful ? [] : [.lost(claim.key)]
    }

    private mutating func doubt(_ count: Int) -> [Finding] {
        var findings: [Finding] = []
        for place in 0..<count where !claims[place].isDoubtful {
            claims[place].isDoubtful = true
            findings.append(.doubtful(claims[place].key))
        }
        return findings
    }

    /// As many frames as there are parts that could own them: none was lost, and each part has its own.
    private mutating func settle(_ count: Int) -> [Finding] {
        guard shared.count >= count else { return [] }
        let findings = zip(claims.prefix(count), shared).compactMap { claim, frame -> Finding? in
            claim.isDoubtful ? nil : .shows(frame, claim.key)
        }
        claims.removeFirst(count)
        shared.removeAll()
        return findings
    }
}
