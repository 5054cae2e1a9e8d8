package import Core

/// Watches a release from the moment at which it was switched in, and says when to take it back and when it has proved itself.
/// Pure: it has no clock, and whoever feeds it says when things happened. It is not kept over a restart: the window begins again.
///
/// One call gives at most one decision. A release is taken back at most once; after that the watch says nothing more.
/// What going back would not cure is held: it is said once, the release is not proved, and only `personActed` ends it.
/// A call takes microseconds, the one at the end of a window milliseconds: it belongs beside the decision thread, not on it.
/// Once proved, only an escape takes a release back: whatever else goes wrong then came with time, not with the switch.
package struct ReleaseWatch: Hashable, Sendable {
    package enum Phase: Hashable, Sendable { case watching, proved, rolledBack }

    package let settings: WatchSettings
    package let lastGood: ReleaseBaseline?
    /// Whether there is a last good release to go back to.
    package let canGoBack: Bool
    package let switchedAt: Instant
    package private(set) var phase = Phase.watching
    /// What waits for a person.
    package private(set) var held: Set<RollbackTrigger> = []

    private var windowBegan: Instant
    private var partsInWindow = 0
    private var firstPart: UInt64?
    private var lastPart: UInt64 = 0
    /// The last part at which the release is known to have caught a defect.
    private var lastCaught: UInt64?
    private var crashes: [Instant] = []
    private var heldConditions: Set<DeviceCondition> = []
    private var recent = RecentParts()

    private var latency: LatencyTrigger
    private var failures: FailureTrigger
    private var rejects: RejectRateTrigger
    private var escapes: EscapeTrigger
    package private(set) var device: DeviceWatch

    /// `device`: fed until now, so that what was wrong before is not blamed on the release.
    package init(
        _ settings: WatchSettings, lastGood: ReleaseBaseline?, canGoBack: Bool, switchedAt: Instant,
        device: DeviceWatch? = nil
    ) {
        self.settings = settings
        self.lastGood = lastGood
        self.canGoBack = canGoBack
        self.switchedAt = switchedAt
        self.device = device ?? DeviceWatch(settings.deviceHealth)
        windowBegan = switchedAt
        latency = LatencyTrigger(settings.latency, lastGood: lastGood, from: switchedAt)
        failures = FailureTrigger(settings.inferenceFailure, lastGood: lastGood)
        rejects = RejectRateTrigger(settings.rejectRate, lastGood: lastGood)
        escapes = EscapeTrigger(settings.escape)
    }

    // MARK: what happened

    package mutating func judged(_ part: WatchedPart) -> WatchDecision? {
        guard phase != .rolledBack, let outcome = part.outcome else { return nil }
        if firstPart == nil { firstPart = part.number }
        lastPart = max(lastPart, part.number)
        partsInWindow += 1
        recent.add(outcome, latency: part.latency)
        latency.note(part.latency)
        failures.note(outcome == .failed, part.reason)
        if outcome != .failed {
            rejects.note(outcome == .rejected, shadow: part.shadow)
            if let shadow = part.shadow { escapes.note(part.verdict, shadow: shadow) }
        }
        return verdict(part.at)
    }

    /// A part whose true verdict is known beforehand. `number`: of the last part in the ledger when it ran.
    package mutating func goldenPart(expected: Verdict, got: Verdict, number: UInt64, at: Instant) -> WatchDecision? {
        guard expected == .reject else { return nil }
        guard got == .pass else {
            lastCaught = number
            return nil
        }
        guard settings.escape.isOn else { return nil }
        return raise(.escape, "a golden reject part passed", at, quarantine: quarantine(after: lastCaught))
    }

    /// A person found a defect that passed. Parts of another release do not concern this one.
    package mutating func confirmedEscape(part: UInt64, at: Instant) -> WatchDecision? {
        guard settings.escape.isOn, let firstPart, (firstPart...max(firstPart, lastPart)).contains(part) else {
            return nil
        }
        return raise(
            .escape, "part \(part) passed and was found defective", at, quarantine: quarantine(after: nil))
    }

    package mutating func loadFailed(_ why: String, at: Instant) -> WatchDecision? {
        guard settings.inferenceFailure.isOn else { return nil }
        return raise(.inferenceFailure, "the release could not be loaded: \(why)", at)
    }

    package mutating func engineCrashed(at: Instant) -> WatchDecision? {
        let health = settings.deviceHealth
        crashes.append(at)
        crashes.removeAll { at.since($0) > health.crashWindow }
        guard health.isOn, crashes.count >= health.crashes else { return nil }
        let span = health.crashWindow / Span64.second
        return raise(.deviceHealth, "the engine ended \(crashes.count) times within \(span) s", at)
    }

    package mutating func deviceSample(_ sample: DeviceSample) -> WatchDecision? {
        device.note(sample)
        guard settings.deviceHealth.isOn else { return nil }
        for found in device.standing where !heldConditions.contains(found.condition) {
            let isOurs = found.began >= switchedAt
            if !isOurs || !mayRollBack(.deviceHealth) { heldConditions.insert(found.condition) }
            let evidence = found.evidence + (isOurs ? "" : "; it was so before the switch")
            if let decision = raise(
                .deviceHealth, evidence, sample.at, helps: isOurs, failSafe: true, again: true)
            {
                return decision
            }
        }
        return nil
    }

    /// Time went by; to be called about once a second.
    package mutating func tick(_ now: Instant) -> WatchDecision? { phase == .rolledBack ? nil : verdict(now) }

    /// A person has looked at what was held and lets the release go on: it is watched afresh.
    package mutating func personActed(at now: Instant) {
        guard phase != .rolledBack else { return }
        held = []
        heldConditions = []
        crashes = []
        windowBegan = now
        partsInWindow = 0
        latency = LatencyTrigger(settings.latency, lastGood: lastGood, from: now)
        failures = FailureTrigger(settings.inferenceFailure, lastGood: lastGood)
        rejects = RejectRateTrigger(settings.rejectRate, lastGood: lastGood)
        escapes = EscapeTrigger(settings.escape)
    }

    // MARK: what is known

    /// How the release did with its last parts.
    package var baseline: ReleaseBaseline { recent.baseline }

    /// What is missing until it is proved: parts, and nanoseconds.
    package func missing(_ now: Instant) -> (parts: Int, span: UInt64) {
        let elapsed = now.since(windowBegan)
        let span = settings.healthy.after
        return (max(0, settings.healthy.parts - partsInWindow), span > elapsed ? span - elapsed : 0)
    }

    private func quarantine(after caught: UInt64?) -> ClosedRange<UInt64>? {
        guard let firstPart else { return nil }
        let from = max(firstPart, caught.map { $0 + 1 } ?? firstPart)
        return from <= lastPart ? from...lastPart : nil
    }

    // MARK: what follows

    private mutating func verdict(_ now: Instant) -> WatchDecision? {
        if settings.escape.isOn, let found = escapes.complaint,
            let decision = raise(.escape, found, now, quarantine: quarantine(after: nil))
        {
            return decision
        }
        if settings.inferenceFailure.isOn, let found = failures.complaint,
            let decision = raise(.inferenceFailure, found, now)
        {
            return decision
        }
        if settings.latency.isOn, let found = latency.complaint(now), let decision = raise(.latency, found, now) {
            return decision
        }
        if settings.rejectRate.isOn, let found = rejects.complaint,
            let decision = raise(.rejectRate, found.evidence, now, helps: !found.isTheProcess)
        {
            return decision
        }
        return proof(now)
    }

    private mutating func proof(_ now: Instant) -> WatchDecision? {
        let missing = missing(now)
        // A slow window may be the first of two: it is waited for.
        guard phase == .watching, held.isEmpty, missing.parts == 0, missing.span == 0, latency.badWindows == 0 else {
            return nil
        }
        phase = .proved
        return .healthy(baseline)
    }

    private func mayRollBack(_ trigger: RollbackTrigger) -> Bool {
        canGoBack && (phase == .watching || trigger == .escape)
    }

    /// `helps`: whether going back would cure it. `again`: whether a second finding of a held trigger is worth telling.
    private mutating func raise(
        _ trigger: RollbackTrigger, _ evidence: String, _ at: Instant, helps: Bool = true, failSafe: Bool = false,
        again: Bool = false, quarantine: ClosedRange<UInt64>? = nil
    ) -> WatchDecision? {
        guard phase != .rolledBack else { return nil }
        let report = TriggerReport(trigger, evidence, at: at, quarantine: quarantine)
        if helps, mayRollBack(trigger) {
            phase = .rolledBack
            return .rollBack(report)
        }
        guard held.insert(trigger).inserted || again else { return nil }
        return .hold(report, failSafe: failSafe || trigger == .escape)
    }
}
