import ControlLoop
import Core
import LineMap
import Testing

/// How long a result stands, and what becomes of it.
@Suite struct StandingResultTests {
    private static let cycle = 5 * Span64.millisecond

    @Test func aResultStandsUntilItIsTaken() {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 9)
        for _ in 0..<10 {
            bench.cycle()
            #expect(bench.shown.said == Said(40, 9, .pass, .ok) && bench.shown.status == [.ready, .valid])
        }
        bench.acknowledge(9)
        bench.cycle()
        #expect(bench.shown.said == nil && bench.shown.status == [.ready, .acknowledged])
        #expect(bench.shown.verdict == .none && bench.shown.part == 0 && bench.shown.sequence == 0)
        #expect(bench.outcomes.map(\.kind) == [.acknowledged] && bench.outcomes[0].ackVerdict == 1)
        #expect(bench.outcomes[0].key.part == 40 && bench.outcomes[0].verdict == .pass)
        #expect(bench.plan.counts.acknowledged == 1 && bench.plan.counts.missed == 0)
    }

    @Test(arguments: [UInt16(0), 8, 10, .max])
    func anotherTurnsAcknowledgementTakesNothing(_ turn: UInt16) {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 9)
        bench.acknowledge(turn)
        bench.cycle()
        #expect(bench.shown.said == Said(40, 9, .pass, .ok) && bench.outcomes.isEmpty)
    }

    @Test func anAcknowledgementIsTakenOnce() {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 9)
        bench.acknowledge(9)
        bench.cycles(10)
        #expect(bench.outcomes.count == 1 && bench.plan.counts.acknowledged == 1)
    }

    @Test func theAgeIsThatOfTheFirstMoment() {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        bench.cycle(after: 37 * Span64.millisecond, hearing: [bench.letter(key)])
        #expect(bench.shown.age == 42)
        bench.cycles(5)
        #expect(bench.shown.age == 42)
    }

    /// An old PASS is withdrawn while it stands, and never comes back.
    @Test(arguments: [Verdict.reject, .review])
    func aPassIsWithdrawnWhenItGrowsOld(_ failSafe: Verdict) {
        var bench = ControlBench(ControlBench.settings { $0.failSafe = failSafe })
        let key = bench.trigger(part: 40, turn: 9)
        bench.cycle(hearing: [bench.letter(key)])
        bench.cycle(after: 100 * Span64.millisecond - bench.now.since(key.triggered))
        #expect(bench.shown.said == Said(40, 9, .pass, .ok) && !bench.shown.status.contains(.stale))
        bench.cycle(after: 1)
        #expect(bench.shown.said == Said(40, 9, failSafe, .stale) && bench.shown.status.contains(.stale))
        #expect(bench.shown.modelCode == 0)
        bench.cycle(hearing: [bench.letter(key)])
        #expect(bench.shown.verdict != .pass)
    }

    @Test(arguments: [Verdict.reject, .review])
    func aRejectIsNotWithdrawn(_ verdict: Verdict) {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 9, verdict)
        bench.cycle(after: 100 * Span64.millisecond)
        #expect(bench.shown.said == Said(40, 9, verdict, .defect) && bench.shown.status.contains(.stale))
    }

    /// Nobody takes it and nobody waits: it stands for the age limit and the hold.
    @Test func aResultThatNobodyTakesIsMissed() {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 9, .reject)
        bench.cycle(after: 120 * Span64.millisecond - 1)
        #expect(bench.shown.said == Said(40, 9, .reject, .defect) && bench.outcomes.isEmpty)
        bench.cycle(after: 1)
        #expect(bench.shown.said == nil && bench.shown.verdict == .none)
        #expect(bench.outcomes.map(\.kind) == [.missed] && bench.plan.counts.missed == 1)
    }

    /// Somebody waits: it gives way after its hold.
    @Test func theNextResultComesWhenTheHoldIsOver() {
        var bench = ControlBench()
        let first = bench.trigger(part: 40, turn: 9)
        let second = bench.trigger(part: 41, turn: 10)
        bench.cycle(hearing: [bench.letter(first), bench.letter(second, .reject)])
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
        bench.cycle(after: 20 * Span64.millisecond - 1)
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
        bench.cycle(after: 1)
        #expect(bench.shown.said == Said(41, 10, .reject, .defect))
        #expect(bench.outcomes.map(\.key.part) == [40] && bench.outcomes.map(\.kind) == [.missed])
    }

    @Test func theNextResultComesInTheCycleAfterAnAcknowledgement() {
        var bench = ControlBench()
        let first = bench.trigger(part: 40, turn: 9)
        let second = bench.trigger(part: 41, turn: 10)
        bench.cycle(hearing: [bench.letter(second), bench.letter(first)])
        #expect(bench.shown.said == Said(41, 10, .pass, .ok), "results come in the order of their decisions")
        bench.acknowledge(10)
        #expect(bench.shown.said == Said(41, 10, .pass, .ok))
        bench.cycle()
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
    }

    /// What was not judged is told as such when nobody takes it, and as taken when somebody does.
    @Test(arguments: [(true, OutcomeLetter.Kind.acknowledged), (false, .failSafe)])
    func aFailSafesOutcomeSaysSo(_ isTaken: Bool, _ kind: OutcomeLetter.Kind) {
        var bench = ControlBench()
        bench.trigger(part: 40, turn: 9)
        bench.cycles(20)
        #expect(bench.shown.said == Said(40, 9, .reject, .timeout))
        if isTaken { bench.acknowledge(9, .reject) }
        bench.cycles(30)
        #expect(bench.outcomes.map(\.kind) == [kind] && bench.outcomes.map(\.reason) == [.timeout])
    }

    /// Results wait behind one that nobody takes; a PASS among them may not outlive its age there.
    @Test func aPassThatGrewOldInTheQueueIsNotShown() {
        var bench = ControlBench(ControlBench.settings { $0.hold = 200 * Span64.millisecond })
        let first = bench.trigger(part: 40, turn: 9)
        let second = bench.trigger(part: 41, turn: 10)
        bench.cycle(hearing: [bench.letter(first, .reject), bench.letter(second)])
        bench.cycle(after: 200 * Span64.millisecond)
        #expect(bench.shown.said == Said(41, 10, .reject, .stale))
        #expect(bench.plan.counts.passes == 0)
        #expect(bench.plan.counts.rejects == 2)
    }

    @Test func bypassLeavesNoPassStanding() {
        var bench = ControlBench()
        let first = bench.trigger(part: 40, turn: 9)
        let second = bench.trigger(part: 41, turn: 10)
        bench.cycle(hearing: [bench.letter(first), bench.letter(second)])
        bench.plc?.control = [.enable, .bypass]
        bench.plc?.ackSequence = 9
        bench.cycles(2)
        #expect(bench.shown.part == 41 && bench.shown.status.contains(.bypass))
        #expect(bench.shown.said == Said(41, 10, .reject, .bypass))
    }

    /// Nobody can have taken what was not there yet.
    @Test func anAcknowledgementFromBeforeTheResultTakesNothing() {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 9)
        bench.acknowledge(9, .pass)
        bench.trigger(part: 41, turn: 10)
        let again = bench.trigger(part: 42, turn: 9)
        bench.cycle(hearing: [bench.letter(again, .reject)])
        #expect(bench.outcomes.map(\.key.part) == [40])
        bench.cycle()
        #expect(bench.shown.said == Said(42, 9, .reject, .defect))
    }

    /// Eight wait to be shown; one more, and the oldest of them is beyond help.
    @Test func theOldestOfTooManyResultsIsMissed() {
        var bench = ControlBench(
            ControlBench.settings {
                $0.hold = Span64.second
                $0.ageLimit = Span64.second
            })
        bench.plc?.control = [.enable, .bypass]
        for turn in UInt16(1)...9 { bench.trigger(part: UInt32(turn) + 100, turn: turn) }
        bench.cycle()
        #expect(bench.shown.said == Said(101, 1, .reject, .bypass) && bench.outcomes.isEmpty)
        let before = bench.now
        bench.trigger(part: 110, turn: 10)
        #expect(bench.outcomes.map(\.key.part) == [102] && bench.outcomes.map(\.kind) == [.failSafe])
        #expect(bench.plan.counts.missed == 1)
        #expect(bench.outcomes.allSatisfy { $0.at > before })
        for turn in [UInt16(1)] + Array(3...10) {
            #expect(bench.shown.sequence == turn)
            bench.acknowledge(turn)
            bench.cycle()
        }
        #expect(bench.shown.said == nil && bench.outcomes.count == 10)
    }

    /// A station that dies with eight parts waiting, behind eight results, while a ninth one's time is over.
    @Test func moreOutcomesThanACycleCarriesAreCounted() {
        var bench = ControlBench(
            ControlBench.settings {
                $0.hold = Span64.second
                $0.ageLimit = Span64.second
                $0.decideWithin = 10 * Span64.second
            })
        bench.plc?.control = [.enable, .bypass]
        for turn in UInt16(1)...9 { bench.trigger(part: UInt32(turn) + 100, turn: turn) }
        bench.plc?.control = .enable
        for turn in UInt16(10)...17 { bench.trigger(part: UInt32(turn) + 100, turn: turn) }
        #expect(bench.outcomes.isEmpty && bench.shown.said == Said(101, 1, .reject, .bypass))
        bench.stationSilence = nil
        bench.cycle(after: Span64.second)
        #expect(bench.outcomes.count + Int(bench.plan.counts.lettersLost) == 9)
    }
}
