package import Core
package import LineMap
internal import Surfaces

/// A careful PLC: one scan reads the node's registers, decides the gate for the parts under way, and writes its own.
/// It takes a result only for the part it belongs to, whole, in time, and from a node that is alive; until then a part is a reject.
package struct ConveyorPlan: Sendable {
    struct UnderWay: Hashable, Sendable {
        let part: UInt32
        let sequence: UInt16
        let triggered: Instant
        let isDefective: Bool
    }

    package let settings: ConveyorSettings
    package private(set) var tally = ConveyorTally()
    /// What became of parts in the last scan.
    package private(set) var gone: [ConveyorRecord] = []
    /// What this PLC writes.
    package private(set) var request = PLCRequest()
    /// Parts come only while this is set; those under way go on.
    package var isFeeding = true
    package var isBypassed = false
    private var underWay: [UnderWay] = []
    private var leftAtRestart: [ConveyorRecord] = []
    private var nextPart: UInt32
    private var nextSequence: UInt16 = 1
    private var nextTrigger: Instant?
    private var heartbeat: UInt16?
    private var heartbeatChanged: Instant
    private var sawHeartbeatLoss = false
    private var lastTaken: (sequence: UInt16, part: UInt32) = (0, 0)
    private var partsFed: UInt64 = 0
    private let interval: UInt64
    /// After a start nothing is fed until the node is ready and shows no result of an earlier life.
    private var isFresh = true

    package init(_ settings: ConveyorSettings, now: Instant) {
        self.settings = settings
        nextPart = settings.firstPart
        heartbeatChanged = now
        interval = UInt64(1e9 / settings.partsPerSecond)
    }

    /// Whether every part has come and gone.
    package var isDone: Bool { settings.parts.map { partsFed >= $0 } ?? false && underWay.isEmpty }

    /// One scan. `result` is what the registers hold, nil when they do not hold a whole result.
    package mutating func scan(_ now: Instant, _ result: LineResult?) {
        gone = leftAtRestart
        leftAtRestart.removeAll()
        // A part that is past the gate is past it, whatever is said of it now.
        rejectOverdue(now)
        request.heartbeat &+= 1
        request.control = isBypassed ? [.enable, .bypass] : [.enable]
        if let result {
            watch(result, now)
            take(result, now)
            if !result.status.contains(.valid), result.status.contains(.ready) { isFresh = false }
        } else {
            tally.garbled += 1
        }
        feed(now)
    }

    // MARK: the node

    private mutating func watch(_ result: LineResult, _ now: Instant) {
        if heartbeat != result.heartbeat {
            if heartbeat != nil { tally.heartbeatGapMax = max(tally.heartbeatGapMax, now.since(heartbeatChanged)) }
            heartbeat = result.heartbeat
            heartbeatChanged = now
            sawHeartbeatLoss = false
        } else if !sawHeartbeatLoss, now.since(heartbeatChanged) > settings.heartbeatSilence {
            sawHeartbeatLoss = true
            tally.heartbeatLosses += 1
        }
    }

    private func nodeLives(_ now: Instant) -> Bool { now.since(heartbeatChanged) <= settings.heartbeatSilence }

    private mutating func take(_ result: LineResult, _ now: Instant) {
        guard result.status.contains(.valid), result.verdict != .none, nodeLives(now) else { return }
        guard result.sequence != lastTaken.sequence || result.part != lastTaken.part else { return }
        guard let place = underWay.firstIndex(where: { $0.sequence == result.sequence && $0.part == result.part })
        else {
            tally.late += 1
            lastTaken = (result.sequence, result.part)
            acknowledge(result.sequence, .reject)
            return
        }
        let part = underWay.remove(at: place)
        lastTaken = (result.sequence, result.part)
        acknowledge(result.sequence, result.verdict)
        let said = LineVerdict(verdict: result.verdict, reason: result.reason)
        count(part, said)
        leave(part, gate: result.verdict, said, now)
    }

    private mutating func acknowledge(_ sequence: UInt16, _ verdict: Verdict) {
        request.ackSequence = sequence
        request.ackVerdict = verdict.rawValue
    }

    private mutating func count(_ part: UnderWay, _ said: LineVerdict) {
        switch said.verdict {
        case .pass: tally.passes += 1
        case .reject: tally.rejects += 1
        case .review: tally.reviews += 1
        case .none: break
        }
        guard said.reason.isJudgement else {
            tally.failSafes += 1
            return
        }
        switch (said.verdict, part.isDefective) {
        case (.pass, true): tally.escapes += 1
        case (.reject, false): tally.falseRejects += 1
        case (.pass, false), (.reject, true): tally.right += 1
        default: break
        }
    }

    // MARK: the belt

    private mutating func rejectOverdue(_ now: Instant) {
        while let part = underWay.first, now.since(part.triggered) >= settings.window {
            underWay.removeFirst()
            tally.undecided += 1
            tally.rejects += 1
            leave(part, gate: .reject, nil, now)
        }
    }

    private mutating func leave(_ part: UnderWay, gate: Verdict, _ said: LineVerdict?, _ now: Instant) {
        gone.append(
            ConveyorRecord(
                part: part.part, sequence: part.sequence, isDefective: part.isDefective, gate: gate, result: said,
                nanoseconds: now.since(part.triggered)))
    }

    private mutating func feed(_ now: Instant) {
        guard isFeeding, !isFresh, nodeLives(now), settings.parts.map({ partsFed < $0 }) ?? true else {
            nextTrigger = nil
            return
        }
        let due = nextTrigger ?? now
        guard now >= due else { return }
        // A belt that stood still does not catch up.
        nextTrigger = due.advanced(by: interval) > now ? due.advanced(by: interval) : now.advanced(by: interval)
        trigger(now)
    }

    private mutating func trigger(_ now: Instant) {
        let truth = SurfaceTruth(seed: settings.seed, part: nextPart, settings: settings.surfaces)
        underWay.append(
            UnderWay(part: nextPart, sequence: nextSequence, triggered: now, isDefective: truth.isDefective))
        tally.parts += 1
        if truth.isDefective { tally.defective += 1 }
        request.part = nextPart
        request.sequence = nextSequence
        partsFed += 1
        nextPart &+= 1
        nextSequence = nextSequence == .max ? 1 : nextSequence + 1
    }

    // MARK: faults, for drills

    /// Switched off and on again: what was under way is rejected, the turn begins again, the part ids go on.
    package mutating func restart(_ now: Instant) {
        gone.removeAll()
        while let part = underWay.first {
            underWay.removeFirst()
            tally.undecided += 1
            tally.rejects += 1
            leave(part, gate: .reject, nil, now)
        }
        leftAtRestart += gone
        gone.removeAll()
        request = PLCRequest()
        nextSequence = 1
        nextTrigger = nil
        heartbeat = nil
        heartbeatChanged = now
        lastTaken = (0, 0)
        isFresh = true
    }

    /// Triggers that the node never sees: the part comes, and the turn moves on by more than one.
    package mutating func skipTurns(_ count: UInt16) {
        for _ in 0..<count { nextSequence = nextSequence == .max ? 1 : nextSequence + 1 }
    }

    /// The last part's trigger once more, under a new turn.
    package mutating func repeatPart() { nextPart = nextPart == 0 ? 0 : nextPart &- 1 }

    /// The next turn is one that was used before.
    package mutating func turnBack(_ count: UInt16) {
        nextSequence = max(1, nextSequence > count ? nextSequence - count : 1)
    }
}
