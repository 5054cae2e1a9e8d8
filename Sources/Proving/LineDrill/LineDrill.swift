internal import ControlLoop
internal import Conveyor
internal import Core
internal import LineMap
internal import Mailbox
internal import Station

/// Millions of PLC cycles on a simulated clock, with everything going wrong that we could think of: the real plans of the
/// PLC process, the station and the PLC, and the real mailbox between them; only time, frames and scores are made up.
///
/// A wrong PASS is a PASS that the PLC took for a part for which the active release did not itself compute one.
package struct LineDrill {
    private static let cycle = 5 * Span64.millisecond
    /// Parts that leave so long after a fault began are counted as met by it.
    private static let aftermath = 300 * Span64.millisecond

    private var dice: Dice
    private var now = Instant(nanoseconds: 1_000 * Span64.second)
    private let mailbox = Mailbox()
    private var control: ControlPlan
    private var station: SimulatedStation
    private var conveyor: ConveyorPlan
    private var wire = Wire()
    private var report = DrillReport()
    private var fault: DrillFault?
    private var faultUntil = Instant(nanoseconds: 0)
    /// Whom parts that leave now are counted to, after the fault itself is over.
    private var blamed: DrillFault?
    private var nextFault: Instant
    private var hold: VerdictLetter?
    private var isLieTold = false
    private var refusedBefore: UInt64 = 0
    private var tornBefore: UInt64 = 0
    private let controlSettings = ControlSettings()

    package init(seed: UInt64) {
        dice = Dice(seed: seed)
        report.seed = seed
        control = ControlPlan(controlSettings, life: mailbox.beginIO())
        station = SimulatedStation(life: mailbox.beginStation())
        var settings = ConveyorSettings()
        settings.partsPerSecond = 25
        conveyor = ConveyorPlan(settings, now: now)
        nextFault = now.advanced(by: Span64.second)
    }

    /// Runs so many cycles; `progress` is told now and then how many are done.
    package mutating func run(cycles: UInt64, progress: (UInt64) -> Void) -> DrillReport {
        let began = now
        for done in 0..<cycles {
            if done & 0xf_ffff == 0 { progress(done) }
            beginOrEndFault()
            turn()
            now = now.advanced(by: Self.cycle)
        }
        report.cycles = cycles
        report.simulatedNanoseconds = now.since(began)
        report.refused = refusedBefore + control.counts.refused
        report.torn = tornBefore + control.counts.torn
        report.parts = conveyor.tally.parts
        return report
    }

    // MARK: one cycle of everybody

    private mutating func turn() {
        if fault == .clockStep, !isLieTold {
            isLieTold = true
            now = now.advanced(by: dice.span(1, 8_000))
        }
        stepStation(now)
        stepIO(now.advanced(by: Span64.millisecond))
        stepStation(now.advanced(by: 2 * Span64.millisecond))
        stepPLC(now.advanced(by: dice.span(2, 4)))
    }

    private mutating func stepStation(_ now: Instant) {
        switch fault {
        case .stationDead, .stationFrozen: return
        default:
            station.step(now, mailbox, &dice, hold: &hold, wantsHold: fault == .staleVerdict)
            tellLies(now)
        }
    }

    private mutating func stepIO(_ now: Instant) {
        switch fault {
        case .ioDead, .ioFrozen: return
        default: break
        }
        control.see(mailbox.station, now)
        if fault == .tornWrite, !isLieTold { isLieTold = mailbox.tearWaitingVerdict(with: dice.next()) }
        for _ in 0..<8 {
            switch mailbox.nextVerdict() {
            case .letter(let letter): control.hear(letter, now)
            case .torn: control.hearTorn()
            case .nothing: break
            }
        }
        let result = control.conclude(now)
        if fault == .busSilent {
            control.look(nil, now)
        } else {
            wire.write(result)
            control.look(fault == .garbage && dice.share() < 0.3 ? randomRequest() : wire.request, now)
        }
        for place in 0..<control.triggers.count where !mailbox.send(control.triggers[place]) {
            control.undelivered(control.triggers[place].key)
        }
        for place in 0..<control.outcomes.count { _ = mailbox.send(control.outcomes[place]) }
        control.letGo()
        mailbox.beat(now, plc: control.plcSign)
    }

    private mutating func stepPLC(_ now: Instant) {
        guard fault != .plcHalted else { return }
        conveyor.isBypassed = fault == .bypass
        conveyor.scan(now, wire.result)
        wire.request = conveyor.request
        for record in conveyor.gone { note(record, now) }
    }

    private mutating func randomRequest() -> PLCRequest {
        var request = PLCRequest()
        request.mapVersion = dice.share() < 0.5 ? RegisterMap.version : UInt16(truncatingIfNeeded: dice.next())
        request.heartbeat = UInt16(truncatingIfNeeded: dice.next())
        request.control = ControlBits(rawValue: UInt16(truncatingIfNeeded: dice.next()))
        request.sequence = UInt16(truncatingIfNeeded: dice.next())
        request.part = UInt32(truncatingIfNeeded: dice.next())
        request.ackSequence = UInt16(truncatingIfNeeded: dice.next())
        return request
    }

    // MARK: the judge of the drill

    private mutating func note(_ record: ConveyorRecord, _ now: Instant) {
        var outcome = blamed.map { report.outcomes[$0] ?? DrillOutcome() } ?? report.undisturbed
        switch (record.gate, record.result) {
        case (.pass, _):
            outcome.passes += 1
            if let complaint = complaint(record, now) {
                outcome.wrongPasses += 1
                report.evidence = report.evidence ?? complaint
            }
        case (_, nil): outcome.undecided += 1
        case (_, let said?) where said.reason.isJudgement: outcome.judgedRejects += 1
        default: outcome.failSafes += 1
        }
        if let blamed { report.outcomes[blamed] = outcome } else { report.undisturbed = outcome }
    }

    /// Why a PASS that the PLC took was wrong, if it was.
    private func complaint(_ record: ConveyorRecord, _ now: Instant) -> String? {
        let triggered = Instant(nanoseconds: now.nanoseconds - record.nanoseconds)
        let computed = station.passes.first {
            $0.key.part == record.part && $0.key.sequence == record.sequence && $0.value >= triggered
        }
        let who =
            "part \(record.part), turn \(record.sequence), at \(now.nanoseconds) during \(blamed?.rawValue ?? "nothing")"
        guard let computed else { return "\(who): nobody computed a pass" }
        let limit = controlSettings.ageLimit + 3 * Self.cycle
        guard record.nanoseconds <= limit else {
            return "\(who): the pass of \(computed.value.nanoseconds) was too old"
        }
        return nil
    }

    // MARK: faults

    private mutating func beginOrEndFault() {
        if let fault {
            guard now >= faultUntil else { return }
            end(fault)
            self.fault = nil
            nextFault = now.advanced(by: Self.aftermath + dice.span(50, 400))
        } else if now >= faultUntil.advanced(by: Self.aftermath), now < nextFault {
            blamed = nil
        } else if now >= nextFault {
            let chosen = DrillFault.allCases[dice.number(0...DrillFault.allCases.count - 1)]
            fault = chosen
            blamed = chosen
            isLieTold = false
            report.outcomes[chosen, default: DrillOutcome()].injected += 1
            faultUntil = now.advanced(by: Self.aftermath)
            begin(chosen)
        }
    }

    private mutating func begin(_ fault: DrillFault) {
        switch fault {
        case .engineFrozen: station.isEngineFrozen = true
        case .engineDead: station.loseEngine(now, until: now.advanced(by: dice.span(20, 400)), mailbox)
        case .engineReplaced: station.release = station.release % 100 + 1
        case .stationDead, .stationFrozen, .ioDead, .ioFrozen, .plcHalted, .busSilent:
            faultUntil = now.advanced(by: dice.span(5, 600))
        case .plcRestart: conveyor.restart(now)
        case .duplicateTrigger: conveyor.repeatPart()
        case .missingTrigger: conveyor.skipTurns(UInt16(dice.number(1...5)))
        case .turnBack: conveyor.turnBack(UInt16(dice.number(1...3)))
        case .fullRing:
            while let junk = station.lastSent, mailbox.send(junk) {}
        default: break
        }
    }

    private mutating func end(_ fault: DrillFault) {
        switch fault {
        case .engineFrozen: station.isEngineFrozen = false
        case .stationDead:
            var fresh = SimulatedStation(life: mailbox.beginStation())
            fresh.passes = station.passes
            fresh.lastPass = station.lastPass
            fresh.release = station.release
            station = fresh
        case .ioDead:
            refusedBefore += control.counts.refused
            tornBefore += control.counts.torn
            control = ControlPlan(controlSettings, life: mailbox.beginIO())
        default: break
        }
    }

    /// What a station says that has gone astray, once in each fault, as soon as a part waits for a verdict.
    private mutating func tellLies(_ now: Instant) {
        guard let fault, !isLieTold, let part = station.plan.atModel ?? station.plan.waiting.first else { return }
        let honest = VerdictLetter(
            key: part.key, verdict: .pass, reason: .ok, modelCode: station.release, score: 0.01,
            stationLife: station.life, ioLife: part.ioLife, decided: now, entry: 0)
        var lie = honest
        switch fault {
        case .staleVerdict:
            guard let held = hold, now.since(held.key.triggered) > controlSettings.ageLimit else { return }
            lie = held
            hold = nil
        case .previousPart:
            lie.key = PartKey(part: part.key.part &- 1, sequence: part.key.sequence, triggered: part.key.triggered)
        case .swappedSequence:
            lie.key = PartKey(part: part.key.part, sequence: part.key.sequence &- 1, triggered: part.key.triggered)
        case .otherRelease: lie.modelCode = station.release &+ 1
        case .formerStation: lie.stationLife = station.life &- 1
        case .formerTrigger: lie.ioLife = part.ioLife &- 1
        case .futureVerdict: lie.decided = now.advanced(by: Span64.second)
        default: return
        }
        isLieTold = true
        _ = mailbox.send(lie)
    }
}

/// The registers between the two, as words, so that what is checked is what would be on the bus.
private struct Wire {
    private var words: InlineArray<14, UInt16> = InlineArray(repeating: 0)
    var request = PLCRequest()

    mutating func write(_ result: LineResult) {
        var fresh = words
        unsafe withUnsafeMutablePointer(to: &fresh) { place in
            let place = unsafe place
            result.write { unsafe place.pointee[$0] = $1 }
        }
        words = fresh
    }

    var result: LineResult? { LineResult { words[$0] } }
}
