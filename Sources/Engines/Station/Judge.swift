internal import CKernel
package import Core
internal import EngineKeeping
internal import Glibc
internal import Images
package import Link
package import Mailbox
internal import Synchronization

/// The station's decision thread: hears of parts, gets their frames, has them judged, says what they are, and writes it
/// down. One part is at the model at a time; whatever takes long is waited for in small turns, so that the queue, the
/// deadlines and the sign of life never stand still.
///
/// Concurrency: `run` belongs to its thread. `stop` and the wishes may come from any.
@safe package final class Judge: @unchecked Sendable {
    /// What people and programs ask of a running station.
    package enum Wish: Sendable {
        case release(ReleaseFile)
        /// A person's word on a part that was decided.
        case review(entry: UInt64, was: Verdict, is: Verdict?)
        /// It is kept already; nil ends it.
        case bypass(StandingOrders.Bypass?, by: String, reason: String)
        case reset(by: String, reason: String)
    }

    private static let turn = 5 * Span64.millisecond
    /// How long after its limit a run may take to stop before its engine is replaced.
    private static let grace = 250 * Span64.millisecond

    private let settings: StationSettings
    private let mailbox: Mailbox
    private let seats: SeatRow
    private let source: any FrameSource
    private let bells: Bells
    private let clerk: Clerk
    private let board: StationBoard
    private let desk: ReleaseDesk
    private let orders: StandingOrderBook
    private var lastEntry: UInt64 = 0
    private var plan: StationPlan
    private let life: UInt32
    private let wishes = Mutex<[Wish]>([])
    private let ungranted = Backlog()
    private let stopping = Atomic<Bool>(false)
    private var isBypassed: Bool
    private var selfTrigger: SelfTrigger?
    private var sawReset = false
    private var decisions: DecisionWatch
    /// Every part that was triggered before this moment has been told to us.
    private var heard = Instant(nanoseconds: 0)

    package init(
        _ settings: StationSettings, mailbox: Mailbox, seats: SeatRow, source: any FrameSource, bells: Bells,
        clerk: Clerk, board: StationBoard, desk: ReleaseDesk, orders: StandingOrderBook
    ) {
        self.settings = settings
        self.mailbox = mailbox
        self.seats = seats
        self.source = source
        self.bells = bells
        self.clerk = clerk
        self.board = board
        self.desk = desk
        self.orders = orders
        let standing = orders.orders
        decisions = DecisionWatch(complaint: standing.complaint)
        isBypassed = standing.bypass != nil
        if let bypass = standing.bypass { board.note(bypass) }
        plan = StationPlan(settings)
        // Whoever came before us is nobody's any more; but their frames may still be under way.
        if let last = Self.lastBeat(mailbox) { source.expect(.unknown(last)) }
        var before: [PartSighting] = []
        life = mailbox.beginStation { before.append(PartSighting(ofBefore: $0)) }
        for sighting in before { source.expect(sighting) }
        if before.count >= Mailbox.lettersMax { source.expect(.unknown(.now)) }
        selfTrigger = source.rate.map { SelfTrigger(perSecond: $0, from: .now) }
    }

    /// When the station before us last heard of parts, which it took with it; nil when there was none.
    private static func lastBeat(_ mailbox: Mailbox) -> Instant? {
        let beat = mailbox.station.beat
        return beat.nanoseconds > 0 ? min(.now, beat.advanced(by: turn)) : nil
    }

    package func stop() { stopping.store(true, ordering: .releasing) }

    /// Gives the wish's number.
    @discardableResult
    package func wish(_ wish: Wish) -> UInt64 {
        wishes.withLock { list in
            list.append(wish)
            return ungranted.add()
        }
    }

    /// Waits until a wish, and what follows from it, has been seen to; false when that takes longer than `span` nanoseconds.
    package func grants(_ wish: UInt64, within span: UInt64) -> Bool { ungranted.isDone(wish, within: span) }

    package func run() {
        seats.startRouted()
        desk.start()
        while !stopping.load(ordering: .acquiring) {
            let rung = mailbox.bellCount
            tend()
            if let part = plan.next() {
                judge(part)
            } else {
                mailbox.listen(since: rung, until: nextTurn)
            }
        }
        mailbox.beat(.now, state: .boot, modelCode: 0)
    }

    // MARK: what never stands still

    /// Everything that must go on while a part is waited for.
    private func tend() {
        let now = Instant.now
        grantWishes()
        // A verdict that is on its way was given by the release that is at work now: another one waits until it has arrived.
        let isIdle = plan.atModel == nil && !(mailbox.hasUnreadVerdicts && ioLives(now))
        tendReleases(now, isIdle: isIdle)
        let state = state
        mailbox.beat(
            now, state: state, modelCode: isBypassed ? 0 : seats.activeEdition, isBypassed: isBypassed,
            needsReset: decisions.complaint != nil)
        noteReset(mailbox.plc.wantsReset)
        orders.note(complaint: decisions.complaint)
        board.note(
            state: state, seats: seats, source: source, plc: mailbox.plc, plcBeat: mailbox.ioBeat,
            complaint: decisions.complaint, releases: desk.facts)
        readOutcomes()
        let heard = heardSoFar
        readTriggers()
        self.heard = heard
        source.tend(heard: heard)
        for decision in plan.expire(Instant.now) { tell(decision, nil) }
    }

    /// Changes at the seats, what became of the release that is watched, and what follows from it, at once.
    private func tendReleases(_ now: Instant, isIdle: Bool) {
        let events = seats.tend(now, isIdle: isIdle)
        for event in events.routed { clerk.note(event) }
        for event in events.usual {
            clerk.note(event)
            if let decision = desk.hear(event, now) { desk.act(decision, now) }
        }
        let isFree = plan.atModel == nil && plan.waiting.isEmpty
        if let decision = desk.tend(now, lastEntry: lastEntry, isIdle: isFree) { desk.act(decision, now) }
    }

    /// As far as the PLC process has looked: it posts what it finds before it beats. While the bus is silent a part may come
    /// that will be told later, as old as the last look.
    private var heardSoFar: Instant {
        let beat = mailbox.ioBeat
        return mailbox.plc.isConnected ? max(heard, beat) : heard
    }

    private func ioLives(_ now: Instant) -> Bool { now.since(mailbox.ioBeat) < Self.grace }

    private var state: StationState {
        if desk.isBlocked { return .fault }
        let state = seats.state
        return state == .ready && plan.atModel != nil ? .busy : state
    }

    /// The PLC's reset bit counts when it rises.
    private func noteReset(_ isSet: Bool) {
        if isSet, !sawReset { grant(.reset(by: "PLC", reason: "the PLC's reset bit")) }
        sawReset = isSet
    }

    private var nextTurn: Instant {
        min(plan.nextDeadline, min(selfTrigger?.due ?? .distantFuture, Instant.now.advanced(by: Self.turn)))
    }

    private func grantWishes() {
        let (list, last) = wishes.withLock { list in
            defer { list.removeAll() }
            return (list, ungranted.last)
        }
        guard !list.isEmpty else { return }
        for wish in list { grant(wish) }
        ungranted.settle(last)
    }

    private func grant(_ wish: Wish) {
        switch wish {
        case .release(let file): desk.change(to: file)
        case .review(let entry, let was, let verdict):
            if let decision = desk.reviewed(entry: entry, was: was, is: verdict, .now) { desk.act(decision, .now) }
        case .bypass(let bypass, let by, let reason):
            isBypassed = bypass != nil
            board.note(bypass)
            clerk.noteBypass(isBypassed, by: by, reason: reason)
        case .reset(let by, let reason):
            decisions.reset()
            desk.personActed(.now)
            board.clearAlarms()
            clerk.noteReset(by: by, reason: reason)
        }
    }

    private func readTriggers() {
        var letters = 0
        while let part = selfTrigger?.part(at: .now) {
            if let crowdedOut = plan.trigger(part, Instant.now) { tell(crowdedOut, nil) }
        }
        while true {
            letters += 1
            // So many that some may have found no room.
            if letters == Mailbox.lettersMax { source.expect(.unknown(.now)) }
            switch mailbox.nextTrigger() {
            case .nothing: return
            case .torn:
                board.noteTornTrigger()
                source.expect(.unknown(.now))
            case .letter(let letter):
                source.expect(PartSighting(letter))
                guard letter.kind == .asked else { continue }
                let part = PendingPart(key: letter.key, partNumber: letter.partNumber, ioLife: letter.ioLife)
                if let crowdedOut = plan.trigger(part, Instant.now) { tell(crowdedOut, nil) }
            }
        }
    }

    private func readOutcomes() {
        while true {
            switch mailbox.nextOutcome() {
            case .nothing: return
            case .torn: continue
            case .letter(let letter):
                note(letter)
            }
        }
    }

    /// What became of a part at the PLC. A part that the PLC process answered by itself is first heard of here.
    private func note(_ letter: OutcomeLetter) {
        if let (entry, decision) = board.decision(of: letter.key) {
            clerk.note(letter, of: decision, entry: entry)
        } else if !letter.reason.isJudgement {
            let part = PendingPart(key: letter.key, partNumber: 0, ioLife: PendingPart.unknownLife)
            let decision = Decision(
                part: part, verdict: letter.verdict, reason: letter.reason, modelCode: 0, score: 0, at: letter.at)
            let entry = clerk.write(decision, nil)
            decisions.note(decision.reason)
            board.note(decision, entry: entry, nil)
            clerk.note(letter, of: decision, entry: entry)
        }
        board.note(letter)
    }

    // MARK: one part

    private func judge(_ part: PendingPart) {
        var evidence = Evidence()
        let judgement: Judgement =
            isBypassed ? .impossible(.bypass) : desk.isBlocked ? .impossible(.deviceFault) : examine(part, &evidence)
        let now = Instant.now
        guard let decision = plan.finish(judgement, now) else { return }
        tell(decision, evidence)
    }

    /// From the frame to the score.
    private func examine(_ part: PendingPart, _ evidence: inout Evidence) -> Judgement {
        guard seats.state == .ready else { return .impossible(.noModel) }
        let limit = min(part.key.triggered.advanced(by: settings.frameWithin), plan.deadline(of: part))
        let frame: SourceFrame
        let asked = Instant.now
        evidence.trigger = asked.since(part.key.triggered)
        do throws(FrameTrouble) {
            frame = try source.frame(of: part.key, until: limit) { tend() }
        } catch {
            evidence.trouble = error.text
            return .impossible(error.reason)
        }
        evidence.acquire = Instant.now.since(asked)
        let seat = seats.seat(for: part, frame.view)
        guard let release = seat.release else { return .impossible(.noModel) }
        evidence.release = release.file
        return score(frame, of: part, with: release, &evidence)
    }

    private func score(
        _ frame: SourceFrame, of part: PendingPart, with release: SeatedRelease, _ evidence: inout Evidence
    ) -> Judgement {
        let engine = release.engine
        guard !engine.isDead, let slot = engine.caller.take(bell: 0) else { return .impossible(.modelError) }
        let began = Instant.now
        do throws(Fault) { try release.fill(slot, with: frame.view) } catch {
            engine.caller.putBack(slot)
            evidence.trouble = error.message
            return .impossible(.inputInvalid)
        }
        slot.deadline = plan.deadline(of: part)
        evidence.preprocess = Instant.now.since(began)
        // The edition that runs: whatever sits there when the answer comes, this release gave it.
        let edition = seats.edition
        guard engine.caller.submit(slot) else {
            engine.kill()
            return .impossible(.modelError)
        }
        // While the model computes there is time to put the frame into words.
        evidence.keep(frame)
        return answer(to: slot, of: part, with: release, edition: edition, &evidence)
    }

    /// Waits for the engine. A part whose time is over is decided meanwhile; an engine that keeps its slot beyond that is replaced.
    private func answer(
        to slot: Slot, of part: PendingPart, with release: SeatedRelease, edition: UInt16, _ evidence: inout Evidence
    ) -> Judgement {
        let engine = release.engine
        let patience = plan.deadline(of: part).advanced(by: Self.grace)
        while true {
            if let done = engine.caller.collect(bell: 0) {
                defer { engine.caller.putBack(done) }
                return read(done, with: release, edition: edition, &evidence)
            }
            if engine.isDead {
                evidence.trouble = "the engine died"
                return .impossible(.modelError)
            }
            let now = Instant.now
            if now >= patience {
                engine.kill()
                evidence.trouble = "the engine did not stop"
                return .impossible(.timeout)
            }
            listenToEngine(engine, until: min(patience, now.advanced(by: Self.turn)))
            if !engine.caller.hasFinished(bell: 0) { tend() }
        }
    }

    private func listenToEngine(_ engine: EngineHandle, until deadline: Instant) {
        bells.fallAsleep(0)
        defer { bells.wakeUp(0) }
        guard !engine.caller.hasFinished(bell: 0) else { return }
        var wait = pollfd(fd: bells.descriptors[0], events: Int16(POLLIN), revents: 0)
        if unsafe ls_poll_until(&wait, 1, deadline.nanoseconds) > 0 { bells.silence(0) }
    }

    private func read(
        _ slot: Slot, with release: SeatedRelease, edition: UInt16, _ evidence: inout Evidence
    ) -> Judgement {
        evidence.queue = slot.started.since(slot.submitted)
        evidence.run = slot.finished.since(slot.started)
        evidence.finished = slot.finished
        switch slot.outcome {
        case .expired: return .impossible(.timeout)
        case .failed:
            evidence.trouble = slot.message
            return .impossible(.modelError)
        case .completed: break
        }
        guard let answer = release.read(slot) else {
            release.engine.kill()
            evidence.trouble = "the engine's answer makes no sense"
            return .impossible(.modelError)
        }
        evidence.answer = answer
        return .scored(answer.score, modelCode: edition, rule: release.file.rule)
    }

    /// Says what a part is: to the ledger's queue, to the PLC, and to the screen, in this order and the same to all.
    private func tell(_ decision: Decision, _ evidence: Evidence?) {
        let entry = clerk.write(decision, evidence)
        let letter = VerdictLetter(
            key: decision.part.key, verdict: decision.verdict, reason: decision.reason, modelCode: decision.modelCode,
            score: decision.score, stationLife: life, ioLife: decision.part.ioLife, decided: .now, entry: entry)
        if decision.part.ioLife != SelfTrigger.life, !mailbox.send(letter) { board.noteLostVerdict() }
        lastEntry = entry
        decisions.note(decision.reason)
        board.note(decision, entry: entry, evidence)
        source.forget(decision.part.key)
        if let found = desk.judged(decision, entry: entry, evidence) { desk.act(found, .now) }
    }
}
