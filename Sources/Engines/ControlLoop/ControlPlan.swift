package import Core
package import LineMap

/// What the PLC process does in each cycle: which parts wait, which verdicts are believed, and what stands in the registers.
/// A PASS is shown only when turn, part id, age and release all agree; everything else is the fail-safe.
///
/// Plain values only: nothing here allocates, waits or reads a clock.
package struct ControlPlan: Sendable {

    /// A part that came and has no result yet.
    struct Waiting { var key = PartKey(part: 0, sequence: 0, triggered: Instant(nanoseconds: 0)) }

    /// A decided part, on its way to the PLC.
    struct Decided {
        var key = PartKey(part: 0, sequence: 0, triggered: Instant(nanoseconds: 0))
        var verdict = Verdict.none
        var reason = Reason.ok
        var modelCode: UInt16 = 0
        var score: UInt16 = 0
        var isFailSafe = false
    }

    let settings: ControlSettings
    /// The number of this PLC process' life: triggers of another life are not ours.
    let life: UInt32
    package internal(set) var counts = ControlCounts()
    var waiting = Line<8, Waiting>(Waiting())
    var decided = Line<8, Decided>(Decided())
    var shown = Decided()
    var isShowing = false
    var shownAt = Instant(nanoseconds: 0)
    var shownAge: UInt16 = 0
    var heartbeat: UInt16 = 0
    var request = PLCRequest()
    var hasSeenPLC = false
    /// When the PLC's registers were last read: a trigger that is new now may have come right after that.
    var lastLook = Instant(nanoseconds: 0)
    var plcChanged = Instant(nanoseconds: 0)
    var isConnected = false
    var station = StationSign(beat: Instant(nanoseconds: 0), life: 0, state: .boot, modelCode: 0)
    var stationLives = false
    var hasFault = true
    /// The moment of this step.
    var clock = Instant(nanoseconds: 0)
    package private(set) var triggers = Line<8, TriggerLetter>(
        TriggerLetter(
            key: PartKey(part: 0, sequence: 0, triggered: Instant(nanoseconds: 0)), partNumber: 0, ioLife: 0))
    /// Parts that the station is not asked about, and must know of: their frames come all the same.
    package private(set) var sightings = Line<8, TriggerLetter>(
        TriggerLetter(
            key: PartKey(part: 0, sequence: 0, triggered: Instant(nanoseconds: 0)), partNumber: 0, ioLife: 0))
    /// Room for everything that one cycle can end: what waits, what is decided, what stands.
    package private(set) var outcomes = Line<24, OutcomeLetter>(
        OutcomeLetter(
            key: PartKey(part: 0, sequence: 0, triggered: Instant(nanoseconds: 0)), kind: .missed, verdict: .none,
            reason: .ok, ackVerdict: 0, at: Instant(nanoseconds: 0)))

    package init(_ settings: ControlSettings, life: UInt32) {
        var settings = settings
        if settings.failSafe == .pass || settings.failSafe == .none { settings.failSafe = .reject }
        self.settings = settings
        self.life = life
    }

    // MARK: a cycle, in this order: see, hear, conclude, look, and post what it left

    /// Takes in the station's sign of life.
    package mutating func see(_ sign: StationSign, _ now: Instant) {
        clock = now
        counts.cycles += 1
        lookAtStation(now, sign)
    }

    /// Takes in what the PLC says; nil when the bus did not answer.
    package mutating func look(_ fresh: PLCRequest?, _ now: Instant) {
        clock = now
        guard let fresh else {
            if isConnected { counts.busErrors += 1 }
            isConnected = false
            return minePLC(now)
        }
        isConnected = true
        let isFirst = !hasSeenPLC
        if isFirst || fresh.heartbeat != request.heartbeat { plcChanged = now }
        let before = request
        request = fresh
        hasSeenPLC = true
        minePLC(now)
        if fresh.ackSequence != before.ackSequence { noteAcknowledgement(now) }
        if isFirst { beginWith(now) } else if fresh.sequence != before.sequence { trigger(before.sequence) }
        lastLook = now
    }

    /// A verdict from the station. It is believed, or its part gets the fail-safe, or it is nobody's.
    package mutating func hear(_ letter: VerdictLetter, _ now: Instant) {
        guard let place = waiting.firstIndex(where: { $0.key == letter.key }), letter.ioLife == life else {
            return hearStray(letter, now)
        }
        if let doubt = doubt(letter, now) {
            counts.refused += 1
            return decideSafely(place, doubt)
        }
        decide(
            place, verdict: letter.verdict, reason: letter.reason, modelCode: letter.modelCode,
            score: UInt16(max(0, min(letter.score.isFinite ? letter.score * 10_000 : 0, 65_535))))
    }

    /// A letter that nobody wrote whole.
    package mutating func hearTorn() { counts.torn += 1 }

    /// A letter that found its ring full.
    package mutating func noteLost() { counts.lettersLost += 1 }

    /// What must stand in the registers now.
    package mutating func conclude(_ now: Instant) -> LineResult {
        clock = now
        expire(now)
        show(now)
        heartbeat &+= 1
        return image(now)
    }

    /// The letters of this cycle are on their way, or lost.
    package mutating func letGo() {
        triggers.removeAll()
        sightings.removeAll()
        outcomes.removeAll()
    }

    /// The trigger could not be delivered: its part gets the fail-safe at once.
    package mutating func undelivered(_ key: PartKey) {
        counts.lettersLost += 1
        if let place = waiting.firstIndex(where: { $0.key == key }) { decideSafely(place, .queueFull) }
    }

    package var plcSign: PLCSign {
        PLCSign(
            isConnected: isConnected, hasFault: hasFault, isBypassed: request.control.contains(.bypass),
            isEnabled: request.control.contains(.enable), heartbeat: request.heartbeat,
            wantsReset: request.control.contains(.reset))
    }

    /// Either side may put the line into bypass.
    var isBypassed: Bool { request.control.contains(.bypass) || stationLives && station.isBypassed }

    // MARK: the two sides

    private mutating func lookAtStation(_ now: Instant, _ sign: StationSign) {
        // A beat may come between our look at the clock and our look at it; one far ahead is of another life of this machine.
        let isOurs = sign.beat.nanoseconds > 0 && sign.beat.since(now) <= settings.stationSilence
        let lives = isOurs && now.since(sign.beat) <= settings.stationSilence
        if stationLives && (!lives || sign.life != station.life) {
            counts.stationLosses += 1
            // Whoever decides them now is not whoever was asked.
            while !waiting.isEmpty { decideSafely(0, .deviceFault) }
        }
        stationLives = lives
        station = sign
    }

    private mutating func minePLC(_ now: Instant) {
        let isSilent = !hasSeenPLC || now.since(plcChanged) > settings.plcSilence
        let isStrange = hasSeenPLC && request.mapVersion != RegisterMap.version && request.mapVersion != 0
        if (isSilent || isStrange) && !hasFault {
            counts.plcLosses += 1
            while !waiting.isEmpty { decideSafely(0, .deviceFault) }
            // What stood there was for a PLC that is gone.
            if isShowing { miss(shown) }
            isShowing = false
            while !decided.isEmpty {
                miss(decided[0])
                decided.remove(at: 0)
            }
        }
        hasFault = isSilent || isStrange
    }

    /// Why a trigger cannot be judged now, if it cannot.
    private var obstacle: Reason? {
        if isBypassed { return .bypass }
        if hasFault || !stationLives { return .deviceFault }
        switch station.state {
        case .ready, .busy: return nil
        case .boot, .noModel, .warming: return .noModel
        case .fault: return .deviceFault
        }
    }

    // MARK: triggers

    /// The part that stands there when we first look: when it came is unknown, so it can only be answered safely.
    private mutating func beginWith(_ now: Instant) {
        // Where no turn ever was, nothing came.
        guard request.sequence != 0 else { return }
        sightUnknown(now)
        guard request.sequence != request.ackSequence, request.control.contains(.enable) else { return }
        counts.triggers += 1
        let key = PartKey(part: request.part, sequence: request.sequence, triggered: now)
        waiting.append(Waiting(key: key))
        decideSafely(waiting.count - 1, .stale)
    }

    private mutating func trigger(_ before: UInt16) {
        guard request.sequence != 0 else { return }
        // Its age counts from the earliest moment at which it can have come: a part that came while the bus was silent is old.
        let key = PartKey(part: request.part, sequence: request.sequence, triggered: lastLook)
        if before != 0, before % 65_535 + 1 != request.sequence { sightUnknown(clock) }
        guard request.control.contains(.enable) else { return sight(key) }
        counts.triggers += 1
        if before != 0 { counts.missedTriggers += Self.turnsBetween(before, request.sequence) }
        // The same turn again, while the first one still waits: the first one's part is gone from the PLC's view.
        if let place = waiting.firstIndex(where: { $0.key.sequence == key.sequence }) {
            decideSafely(place, .idMismatch)
        }
        if waiting.isFull { decideSafely(0, .queueFull) }
        waiting.append(Waiting(key: key))
        if let obstacle {
            sight(key)
            return decideSafely(waiting.count - 1, obstacle)
        }
        triggers.append(TriggerLetter(key: key, partNumber: request.partNumber, ioLife: life))
    }

    /// A part that the station is not asked about.
    private mutating func sight(_ key: PartKey) {
        sightings.append(TriggerLetter(key: key, partNumber: request.partNumber, ioLife: life, kind: .answered))
    }

    /// Parts may have come that we did not see.
    private mutating func sightUnknown(_ now: Instant) {
        let key = PartKey(part: 0, sequence: 0, triggered: now)
        sightings.append(TriggerLetter(key: key, partNumber: 0, ioLife: life, kind: .unknown))
    }

    /// How many turns were left out on the way from one to another; none when the way leads back. Turns go from 1 to 65,535.
    static func turnsBetween(_ before: UInt16, _ after: UInt16) -> UInt64 {
        let turns = 65_535
        let way = (Int(after) - Int(before) - 1 + turns) % turns
        return way < turns / 2 ? UInt64(way) : 0
    }

    // MARK: belief

    /// Why a verdict for a waiting part is not believed, if it is not.
    private func doubt(_ letter: VerdictLetter, _ now: Instant) -> Reason? {
        if now.since(letter.key.triggered) > settings.ageLimit { return .stale }
        if letter.decided < letter.key.triggered || letter.decided > now { return .stale }
        if letter.stationLife != station.life || !stationLives { return .deviceFault }
        if isBypassed { return .bypass }
        switch letter.verdict {
        case .none: return .modelError
        case .reject, .review: return nil
        case .pass: break
        }
        guard letter.reason == .ok, letter.score.isFinite else { return .modelError }
        guard letter.modelCode != 0, letter.modelCode == station.modelCode,
            station.state == .ready || station.state == .busy
        else { return .noModel }
        return nil
    }

    /// A verdict that fits no waiting part: if it names half of one, that part cannot be trusted to get the right one.
    private mutating func hearStray(_ letter: VerdictLetter, _ now: Instant) {
        counts.unasked += 1
        guard letter.ioLife == life else { return }
        let half = waiting.firstIndex {
            $0.key.sequence == letter.key.sequence && $0.key.part != letter.key.part
                || $0.key.part == letter.key.part && $0.key.sequence != letter.key.sequence
        }
        guard let half else { return }
        counts.refused += 1
        decideSafely(half, .idMismatch)
    }

    // MARK: decisions

    private mutating func decideSafely(_ place: Int, _ reason: Reason) {
        counts.failSafes += 1
        decide(place, verdict: settings.failSafe, reason: reason, modelCode: 0, score: 0, isFailSafe: true)
    }

    private mutating func decide(
        _ place: Int, verdict: Verdict, reason: Reason, modelCode: UInt16, score: UInt16, isFailSafe: Bool = false
    ) {
        let key = waiting[place].key
        waiting.remove(at: place)
        // More results than the PLC takes: the oldest one is beyond help, and its part past the gate.
        if decided.isFull {
            miss(decided[0])
            decided.remove(at: 0)
        }
        decided.append(
            Decided(
                key: key, verdict: verdict, reason: reason, modelCode: modelCode, score: score, isFailSafe: isFailSafe))
    }

    /// Nobody took it.
    private mutating func miss(_ part: Decided) {
        counts.missed += 1
        report(part, .missed, ackVerdict: 0, clock)
    }

    private mutating func expire(_ now: Instant) {
        while !waiting.isEmpty, now.since(waiting[0].key.triggered) >= settings.decideWithin {
            decideSafely(0, .timeout)
        }
    }

    // MARK: what the PLC sees

    private mutating func noteAcknowledgement(_ now: Instant) {
        guard isShowing, request.ackSequence == shown.key.sequence, shown.key.sequence != 0 else { return }
        counts.acknowledged += 1
        report(shown, .acknowledged, ackVerdict: request.ackVerdict, now)
        // Taken is taken: a verdict that goes on standing there could be read for another part.
        isShowing = false
    }

    private mutating func report(_ part: Decided, _ kind: OutcomeLetter.Kind, ackVerdict: UInt16, _ now: Instant) {
        outcomes.append(
            OutcomeLetter(
                key: part.key, kind: part.isFailSafe && kind == .missed ? .failSafe : kind, verdict: part.verdict,
                reason: part.reason, ackVerdict: ackVerdict, at: now))
    }

    private mutating func show(_ now: Instant) {
        if isShowing { withdraw(now) }
        while !isShowing, !decided.isEmpty {
            shown = decided[0]
            decided.remove(at: 0)
            isShowing = true
            shownAt = now
            shownAge = UInt16(min(now.since(shown.key.triggered) / Span64.millisecond, 65_535))
            withdraw(now)
            count(shown.verdict)
        }
    }

    /// A result gives way when the next one waits and its time is over; a PASS that grows old, or that nobody asks for in
    /// bypass, is withdrawn whatever waits.
    private mutating func withdraw(_ now: Instant) {
        let isOld = now.since(shown.key.triggered) > settings.ageLimit
        if shown.verdict == .pass, isOld || isBypassed {
            counts.failSafes += 1
            shown.verdict = settings.failSafe
            shown.reason = isBypassed ? .bypass : .stale
            shown.modelCode = 0
            shown.isFailSafe = true
        }
        let isOver = now.since(shownAt) >= (decided.isEmpty ? settings.ageLimit + settings.hold : settings.hold)
        guard isOver else { return }
        miss(shown)
        isShowing = false
    }

    private mutating func count(_ verdict: Verdict) {
        switch verdict {
        case .pass: counts.passes += 1
        case .reject: counts.rejects += 1
        case .review: counts.reviews += 1
        case .none: break
        }
    }

    private func image(_ now: Instant) -> LineResult {
        var result = LineResult()
        result.heartbeat = heartbeat
        result.state = hasFault ? .fault : !stationLives ? .boot : !waiting.isEmpty ? .busy : station.state
        if obstacle == nil { result.status.insert(.ready) }
        if !waiting.isEmpty { result.status.insert(.busy) }
        if hasFault || stationLives && (station.state == .fault || station.needsReset) { result.status.insert(.fault) }
        if isBypassed { result.status.insert(.bypass) }
        guard isShowing else {
            if request.ackSequence == shown.key.sequence, shown.key.sequence != 0 {
                result.status.insert(.acknowledged)
            }
            return result
        }
        result.status.insert(.valid)
        if now.since(shown.key.triggered) > settings.ageLimit { result.status.insert(.stale) }
        result.part = shown.key.part
        result.sequence = shown.key.sequence
        result.verdict = shown.verdict
        result.reason = shown.reason
        result.age = shownAge
        result.modelCode = shown.modelCode
        result.score = shown.score
        return result
    }
}
