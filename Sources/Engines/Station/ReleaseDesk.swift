internal import Core
internal import Crypto
package import ReleaseWatch

/// Sees to the release at a station's usual seat: which may sit down, whether the one at work does well, when it has proved
/// itself, and which comes back, at once, when it does not. It needs no network and no supervisor for any of it.
///
/// Concurrency: confined to the decision thread; the memory and the side judge have threads of their own.
package final class ReleaseDesk {
    /// A golden part is asked again so often.
    private static let goldenEvery = 10 * Span64.second
    /// One part of so many is also shown to the release before.
    private static let shadowEvery: UInt64 = 4
    private static let tickEvery = Span64.second

    private let configured: ReleaseFile
    private let seats: SeatRow
    private let memory: ReleaseMemory
    private let settings: WatchSettings
    private let side: SideJudge
    private let clerk: Clerk
    private let health: DeviceHealth
    private let orders: StandingOrderBook

    private(set) var facts = ReleaseFacts()
    private var atWork: ReleaseFile?
    /// What follows as soon as the last good release is at work.
    private var next: ReleaseFile?
    private var watch: ReleaseWatch?
    private var device: DeviceWatch
    /// Parts that wait for what the release before says of them.
    private var shadowed: [UInt64: WatchedPart] = [:]
    private var judgedCount: UInt64 = 0
    private var nextGolden = 0
    private var goldenAt = Instant(nanoseconds: 0)
    private var tickAt = Instant(nanoseconds: 0)
    /// Until a person has looked no part may pass; a restart is none.
    private(set) var isBlocked: Bool

    package init(
        _ configured: ReleaseFile, seats: SeatRow, memory: ReleaseMemory, settings: WatchSettings, side: SideJudge,
        clerk: Clerk, orders: StandingOrderBook
    ) {
        self.configured = configured
        self.seats = seats
        self.memory = memory
        self.settings = settings
        self.side = side
        self.clerk = clerk
        self.orders = orders
        let block = orders.orders.block
        isBlocked = block != nil
        facts.hold = block
        device = DeviceWatch(settings.deviceHealth)
        health = DeviceHealth()
    }

    // MARK: which release

    /// Begins with the last good release; the configured one, when it is another, has to prove itself.
    func start() {
        let seat = seats.usual
        let record = memory.record
        let good = record.lastGood.flatMap(Self.release)
        if let hold = memory.refusal(of: configured, isOrderedByPerson: true) {
            facts.refusal = "\(hold)"
            Log.line("\(hold)")
            guard let good else { return seat.refuse(hold) }
            return seat.start(with: good)
        }
        guard let good, good.digest != configured.digest else { return seat.start() }
        next = configured
        seat.start(with: good)
    }

    /// Another release is wanted: it comes to work as soon as it is warm and has judged its golden parts.
    func change(to file: ReleaseFile) {
        facts.refusal = nil
        next = nil
        seats.usual.change(to: file)
    }

    /// The last good release, if it still lies where it lay.
    private static func release(_ good: ReleaseRecord.Good) -> ReleaseFile? {
        guard let file = try? ReleaseFile(good.path), "\(file.digest)" == good.digest else {
            Log.line("the last good release is no longer at \(good.path)")
            return nil
        }
        return file
    }

    // MARK: what happened at the seat

    func hear(_ event: SeatEvent, _ now: Instant) -> WatchDecision? {
        switch event {
        case .seated(let file, _):
            sit(file, now)
            if let next { change(to: next) }
            return nil
        case .failed(let file, let fault):
            // The one at work, ended before it was ready again, has ended once more.
            if file.digest == atWork?.digest { return watch?.engineCrashed(at: now) }
            facts.refusal = "\(fault)"
            return nil
        case .lost: return watch?.engineCrashed(at: now)
        }
    }

    /// A release sat down. The same one again, after its engine ended, goes on being watched as before.
    private func sit(_ file: ReleaseFile, _ now: Instant) {
        guard file.digest != atWork?.digest else { return }
        let before = watch?.baseline
        let kept = memory.record.lastGood
        let baseline = before.map { $0.parts > 0 ? $0 : kept?.baseline } ?? kept?.baseline
        begin(file, lastGood: baseline, canGoBack: seats.usual.standby != nil, now)
    }

    private func begin(_ file: ReleaseFile, lastGood: ReleaseBaseline?, canGoBack: Bool, _ now: Instant) {
        atWork = file
        shadowed = [:]
        watch = ReleaseWatch(settings, lastGood: lastGood, canGoBack: canGoBack, switchedAt: now, device: device)
        facts.began(file)
        // Another release does not end what waits for a person.
        facts.hold = orders.orders.block
        facts.isProved = !canGoBack && memory.record.lastGood?.digest == "\(file.digest)"
        goldenAt = now.advanced(by: Self.goldenEvery)
    }

    // MARK: what happened to parts

    /// A part was decided. What another model judged, or what nobody could, says nothing of this release.
    func judged(_ decision: Decision, entry: UInt64, _ evidence: Evidence?) -> WatchDecision? {
        guard watch != nil, let atWork, let evidence else { return nil }
        if let release = evidence.release, release.digest != atWork.digest { return nil }
        let part = WatchedPart(
            number: entry, at: decision.at, verdict: decision.verdict, reason: decision.reason,
            latency: evidence.preprocess + evidence.queue + evidence.run
                + (evidence.finished.map { decision.at.since($0) } ?? 0))
        facts.parts += 1
        guard decision.reason.isJudgement else { return watch?.judged(part) }
        judgedCount += 1
        if judgedCount % Self.shadowEvery == 0, side.isFree, let standby = seats.usual.standby,
            let frame = evidence.frame
        {
            shadowed[entry] = part
            side.shadow(frame.bytes, entry: entry, standby.file, standby.engine)
            return nil
        }
        return watch?.judged(part)
    }

    /// A person's word on a part: a defect that passed is an escape.
    func reviewed(entry: UInt64, was: Verdict, is verdict: Verdict?, _ now: Instant) -> WatchDecision? {
        guard was == .pass, verdict == .reject else { return nil }
        return watch?.confirmedEscape(part: entry, at: now)
    }

    // MARK: what time brings

    /// Everything that is known by now; the first decision ends it, the rest is heard the next time.
    func tend(_ now: Instant, lastEntry: UInt64, isIdle: Bool) -> WatchDecision? {
        while let result = side.takeResult() {
            if let decision = hear(result, now, lastEntry) { return decision }
        }
        guard now >= tickAt else { return nil }
        tickAt = now.advanced(by: Self.tickEvery)
        orders.retry()
        memory.retry()
        if let found = look(now) { return found }
        if isIdle { askGolden(now) }
        return watch?.tick(now)
    }

    private func hear(_ result: SideJudge.Result, _ now: Instant, _ lastEntry: UInt64) -> WatchDecision? {
        switch result {
        case .golden(let part, let got, let file):
            guard file.digest == atWork?.digest else { return nil }
            return watch?.goldenPart(expected: part.verdict, got: got, number: lastEntry, at: now)
        case .shadow(let entry, let verdict):
            guard var part = shadowed.removeValue(forKey: entry) else { return nil }
            part.shadow = verdict
            return watch?.judged(part)
        }
    }

    private func look(_ now: Instant) -> WatchDecision? {
        guard let seen = health.newest else { return nil }
        let sample = DeviceSample(at: now, isThrottled: seen.isThrottled, clockOffset: seen.clockOffset)
        device.note(sample)
        return watch?.deviceSample(sample)
    }

    private func askGolden(_ now: Instant) {
        guard now >= goldenAt, side.isFree, let atWork, let golden = atWork.golden,
            let engine = seats.usual.release?.engine
        else {
            return
        }
        goldenAt = now.advanced(by: Self.goldenEvery)
        let rejects = golden.parts.filter { $0.verdict == .reject }
        guard !rejects.isEmpty else { return }
        side.ask(rejects[nextGolden % rejects.count], in: golden, atWork, engine)
        nextGolden += 1
    }

    /// A person has looked.
    func personActed(_ now: Instant) {
        isBlocked = false
        orders.reset()
        facts.cleared()
        watch?.personActed(at: now)
    }

    // MARK: what follows

    func act(_ decision: WatchDecision, _ now: Instant) {
        switch decision {
        case .healthy(let baseline): settle(baseline)
        case .rollBack(let report): goBack(report, now)
        case .hold(let report, let failSafe):
            facts.hold = "\(report.trigger.rawValue): \(report.evidence)"
            if failSafe { block() }
            clerk.note(report, of: atWork, isRolledBack: false)
        }
    }

    /// No part passes until a person has looked. It is on the disk before anything else happens.
    private func block() {
        isBlocked = true
        orders.block(facts.hold ?? "a person must look")
    }

    private func settle(_ baseline: ReleaseBaseline) {
        seats.usual.settle()
        guard let atWork else { return }
        if !facts.isProved { clerk.noteProved(atWork, parts: facts.parts) }
        facts.isProved = true
        memory.change {
            $0.lastGood = ReleaseRecord.Good(
                digest: "\(atWork.digest)", path: atWork.absolutePath, baseline: baseline)
        }
    }

    private func goBack(_ report: TriggerReport, _ now: Instant) {
        guard let bad = atWork else { return }
        let parts = facts.parts
        guard let good = seats.goBack() else {
            facts.hold = "\(report.trigger.rawValue): \(report.evidence); the release before is gone"
            block()
            return clerk.note(report, of: bad, isRolledBack: false)
        }
        let baseline = watch?.lastGood
        begin(good, lastGood: baseline, canGoBack: false, now)
        facts.rolledBack(from: bad, to: good, report, parts: parts, took: Instant.now.since(report.at))
        memory.change {
            $0.holds.rolledBack("\(bad.digest)", report, wall: Int64(WallClock.milliseconds))
            $0.lastGood = ReleaseRecord.Good(
                digest: "\(good.digest)", path: good.absolutePath, baseline: baseline ?? $0.lastGood?.baseline)
        }
        clerk.note(report, of: bad, isRolledBack: true)
    }
}
