import ControlLoop
import Core
import LineMap
import Testing

/// When one side or the other is gone, silent, or somebody else.
@Suite struct LossTests {
    // MARK: heartbeats

    @Test func theHeartbeatChangesInEveryCycleWhateverHappens() {
        var bench = ControlBench(isFresh: true)
        let request = bench.plc
        for round in UInt64(0)..<70_000 {
            let before = bench.shown.heartbeat
            bench.plc = round % 100 < 60 ? request : nil
            bench.stationSilence = round % 70 < 40 ? 0 : nil
            bench.cycle()
            guard bench.shown.heartbeat == before &+ 1 else {
                Issue.record("\(before) to \(bench.shown.heartbeat) in cycle \(round)")
                return
            }
        }
        #expect(bench.plan.counts.cycles == 70_000)
    }

    @Test func beforeThePLCIsSeenThereIsFault() {
        var bench = ControlBench(isFresh: true)
        let request = bench.plc
        bench.plc = nil
        bench.cycles(2)
        #expect(bench.shown.state == .fault && bench.shown.status == .fault && bench.shown.said == nil)
        #expect(bench.plan.plcSign.hasFault && !bench.plan.plcSign.isConnected)
        #expect(bench.plan.counts.plcLosses == 0 && bench.plan.counts.busErrors == 0)
        bench.plc = request
        bench.cycles(2)
        #expect(bench.shown.state == .ready && bench.shown.status == .ready && !bench.plan.plcSign.hasFault)
    }

    // MARK: the PLC

    enum Silence: CaseIterable {
        /// The bus answers with what was.
        case halted
        /// The bus does not answer.
        case cut
    }

    private static func silence(_ bench: inout ControlBench, _ silence: Silence) {
        switch silence {
        case .halted: bench.plcBeats = false
        case .cut: bench.plc = nil
        }
    }

    @Test(arguments: Silence.allCases)
    func aSilentPLCIsAFaultAndComesBack(_ silence: Silence) {
        var bench = ControlBench()
        let request = bench.plc
        Self.silence(&bench, silence)
        bench.cycle(after: 100 * Span64.millisecond)
        bench.cycle(after: 0)
        #expect(bench.shown.state == .ready && bench.plan.counts.plcLosses == 0)
        bench.cycle(after: 1)
        bench.cycle(after: 0)
        #expect(bench.shown.state == .fault && bench.shown.status == .fault && bench.plan.plcSign.hasFault)
        bench.cycles(50)
        #expect(bench.plan.counts.plcLosses == 1 && bench.plan.counts.busErrors == (silence == .cut ? 1 : 0))
        #expect(bench.plan.plcSign.isConnected == (silence == .halted))
        bench.plcBeats = true
        bench.plc = request
        bench.plc?.heartbeat = 999
        bench.cycles(2)
        #expect(bench.shown.state == .ready && bench.shown.status == .ready && !bench.plan.plcSign.hasFault)
        bench.judge(part: 41, turn: 10)
        #expect(bench.shown.said == Said(41, 10, .pass, .ok))
    }

    /// A result stands for long, so that nothing but the PLC's silence takes it away.
    private static let patient = ControlBench.settings {
        $0.ageLimit = Span64.second
        $0.hold = Span64.second
    }

    @Test(arguments: Silence.allCases)
    func aSilentPLCFindsNothingStandingWhenItIsBack(_ silence: Silence) {
        var bench = ControlBench(Self.patient)
        let keys = (UInt16(1)...4).map { bench.trigger(part: 40 + UInt32($0), turn: $0) }
        bench.cycle(hearing: [bench.letter(keys[0]), bench.letter(keys[1])])
        #expect(bench.shown.said == Said(41, 1, .pass, .ok))
        let request = bench.plc
        Self.silence(&bench, silence)
        bench.cycle(after: 200 * Span64.millisecond)
        bench.cycle(hearing: [bench.letter(keys[2])])
        #expect(bench.shown.said == nil && bench.shown.state == .fault && !bench.shown.status.contains(.busy))
        bench.plcBeats = true
        bench.plc = request
        bench.cycles(10)
        #expect(bench.shown.said == nil && bench.plan.counts.passes == 1)
    }

    @Test(arguments: Silence.allCases)
    func everyPartsOutcomeIsToldWhenThePLCIsSilent(_ silence: Silence) {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 1)
        bench.trigger(part: 41, turn: 2)
        Self.silence(&bench, silence)
        bench.cycles(60)
        #expect(bench.outcomes.map(\.key.part).sorted() == [40, 41])
    }

    @Test func aTriggerOfASilentPLCIsAnsweredSafelyAndNotPassedOn() {
        var bench = ControlBench()
        bench.plcBeats = false
        bench.cycles(30)
        bench.trigger(part: 40, turn: 9)
        #expect(bench.triggers.isEmpty)
        bench.cycle()
        #expect(bench.shown.said == Said(40, 9, .reject, .deviceFault))
    }

    @Test(arguments: [(UInt16(0), false), (1, false), (2, true), (.max, true)])
    func aPLCOfAnotherMapIsAFault(_ version: UInt16, _ isFault: Bool) {
        var bench = ControlBench()
        let waiting = bench.trigger(part: 40, turn: 9)
        bench.plc?.mapVersion = version
        bench.cycle()
        bench.cycle(hearing: [bench.letter(waiting)])
        #expect(bench.shown.verdict == (isFault ? .none : .pass) && bench.plan.plcSign.hasFault == isFault)
        #expect(bench.shown.status.contains(.fault) == isFault && bench.plan.counts.plcLosses == (isFault ? 1 : 0))
        bench.acknowledge(9)
        bench.trigger(part: 41, turn: 10)
        #expect(bench.triggers.isEmpty == isFault)
        bench.cycle()
        #expect(bench.shown.said == (isFault ? Said(41, 10, .reject, .deviceFault) : nil))
        bench.plc?.mapVersion = 1
        bench.cycles(2)
        #expect(!bench.plan.plcSign.hasFault && bench.shown.status.contains(.ready))
    }

    // MARK: bypass

    @Test(arguments: [Verdict.reject, .review])
    func inBypassEveryPartGetsTheFailSafe(_ failSafe: Verdict) {
        var bench = ControlBench(ControlBench.settings { $0.failSafe = failSafe })
        bench.plc?.control = [.enable, .bypass]
        for turn in UInt16(1)...5 {
            bench.trigger(part: 40, turn: turn)
            #expect(bench.triggers.isEmpty)
            bench.cycle()
            #expect(bench.shown.said == Said(40, turn, failSafe, .bypass))
            #expect(bench.shown.status.contains(.bypass) && !bench.shown.status.contains(.ready))
            bench.acknowledge(turn)
        }
        #expect(bench.plan.plcSign.isBypassed)
        bench.plc?.control = .enable
        bench.cycles(2)
        #expect(!bench.shown.status.contains(.bypass) && bench.shown.status.contains(.ready))
        bench.judge(part: 41, turn: 6)
        #expect(bench.shown.said == Said(41, 6, .pass, .ok))
    }

    // MARK: the station

    @Test(arguments: [Verdict.reject, .review])
    func aStationThatDiesLeavesItsPartsToTheFailSafe(_ failSafe: Verdict) {
        var bench = ControlBench(ControlBench.settings { $0.failSafe = failSafe })
        let keys = (UInt16(1)...3).map { bench.trigger(part: 40 + UInt32($0), turn: $0) }
        bench.stationSilence = 100 * Span64.millisecond + 1
        bench.cycle(hearing: keys.map { bench.letter($0) })
        #expect(
            bench.shown.state == .boot && !bench.shown.status.contains(.ready) && !bench.shown.status.contains(.busy))
        for turn in UInt16(1)...3 {
            #expect(bench.shown.said == Said(40 + UInt32(turn), turn, failSafe, .deviceFault))
            bench.acknowledge(turn)
            bench.cycle()
        }
        #expect(bench.plan.counts.stationLosses == 1 && bench.plan.counts.failSafes == 3)
    }

    @Test func whoeverStartsAnewIsNotWhoeverWasAsked() {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        bench.stationLife += 1
        bench.cycle(hearing: [bench.letter(key)])
        #expect(bench.shown.said == Said(40, 9, .reject, .deviceFault) && bench.plan.counts.stationLosses == 1)
        bench.acknowledge(9)
        bench.judge(part: 41, turn: 10)
        #expect(bench.shown.said == Said(41, 10, .pass, .ok))
    }

    struct Obstacle: Sendable, CustomTestStringConvertible {
        let state: StationState
        var silence: UInt64? = 0
        let reason: Reason?
        let shown: StationState
        var testDescription: String { "\(state.name), silent for \(silence.map { "\($0) ns" } ?? "ever")" }
    }

    @Test(arguments: [
        Obstacle(state: .ready, reason: nil, shown: .ready), Obstacle(state: .busy, reason: nil, shown: .busy),
        Obstacle(state: .boot, reason: .noModel, shown: .boot),
        Obstacle(state: .noModel, reason: .noModel, shown: .noModel),
        Obstacle(state: .warming, reason: .noModel, shown: .warming),
        Obstacle(state: .fault, reason: .deviceFault, shown: .fault),
        Obstacle(state: .ready, silence: 100_000_000, reason: nil, shown: .ready),
        Obstacle(state: .ready, silence: 100_000_001, reason: .deviceFault, shown: .boot),
        Obstacle(state: .ready, silence: nil, reason: .deviceFault, shown: .boot),
    ])
    func aPartThatCannotBeJudgedIsAnsweredAtOnce(_ obstacle: Obstacle) {
        var bench = ControlBench()
        bench.stationState = obstacle.state
        bench.stationSilence = obstacle.silence
        bench.cycle()
        #expect(bench.shown.state == obstacle.shown && bench.shown.status.contains(.ready) == (obstacle.reason == nil))
        #expect(bench.shown.status.contains(.fault) == (obstacle.state == .fault))
        bench.trigger(part: 40, turn: 9)
        #expect(bench.triggers.isEmpty == (obstacle.reason != nil))
        bench.cycle()
        #expect(bench.shown.said == obstacle.reason.map { Said(40, 9, .reject, $0) })
    }

    /// A mailbox outlives its machine's run, and the clock begins anew: a sign from then lies in the future.
    @Test func aSignFromTheFutureIsNoSignOfLife() {
        var plan = ControlPlan(ControlSettings(), life: 1)
        let now = Instant(nanoseconds: 60 * Span64.second)
        let sign = StationSign(
            beat: now.advanced(by: 3_600 * Span64.second), life: 5, state: .ready, modelCode: 7)
        var request = PLCRequest()
        request.control = .enable
        plan.see(sign, now)
        plan.look(request, now)
        #expect(!plan.conclude(now).status.contains(.ready))
    }
}
