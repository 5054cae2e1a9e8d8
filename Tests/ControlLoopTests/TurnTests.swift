import ControlLoop
import Core
import LineMap
import Testing

/// Triggers, deadlines and queues.
@Suite struct TurnTests {
    // MARK: triggers

    @Test func aNewTurnIsATriggerOnce() {
        var bench = ControlBench()
        bench.plc?.partNumber = 6
        let key = bench.trigger(part: 0xdead_beef, turn: 9)
        #expect(bench.triggers == [TriggerLetter(key: key, partNumber: 6, ioLife: ControlBench.life)])
        bench.plc?.part = 41
        bench.cycle()
        #expect(bench.triggers.isEmpty && bench.plan.counts.triggers == 1)
    }

    struct Step: Sendable, CustomTestStringConvertible {
        let from: UInt16
        let to: UInt16
        var triggers: UInt64 = 1
        var missed: UInt64 = 0
        var isKnownWrong = false
        var testDescription: String { "\(from) to \(to)" }
    }

    @Test(arguments: [
        Step(from: 0, to: 1), Step(from: 1, to: 2), Step(from: 1, to: 3, missed: 1), Step(from: 9, to: 14, missed: 4),
        Step(from: 0, to: 500), Step(from: .max, to: 1), Step(from: .max, to: 3, missed: 2),
        Step(from: 7, to: 0, triggers: 0), Step(from: 7, to: 7, triggers: 0),
        // No turn is 0, so that none is missed there.
        Step(from: 65_534, to: 2, missed: 2, isKnownWrong: true),
        // A turn that was there before says nothing of turns in between.
        Step(from: 9, to: 8, isKnownWrong: true), Step(from: 500, to: 1, isKnownWrong: true),
    ])
    func missedTurnsAreCounted(_ step: Step) {
        var bench = ControlBench(isFresh: true)
        bench.plc?.sequence = step.from
        bench.plc?.ackSequence = step.from
        bench.cycle()
        bench.trigger(part: 40, turn: step.to)
        #expect(bench.plan.counts.triggers == step.triggers && bench.triggers.count == Int(step.triggers))
        guard step.isKnownWrong else {
            #expect(bench.plan.counts.missedTriggers == step.missed)
            return
        }
        #expect(bench.plan.counts.missedTriggers == step.missed)
    }

    @Test func aPLCThatIsNotEnabledTriggersNothing() {
        var bench = ControlBench()
        bench.plc?.control = []
        bench.trigger(part: 40, turn: 9)
        bench.plc?.control = .enable
        bench.cycles(2)
        #expect(bench.plan.counts.triggers == 0 && bench.shown.said == nil && !bench.shown.status.contains(.busy))
        bench.trigger(part: 41, turn: 10)
        #expect(bench.triggers.count == 1)
    }

    /// A part that came while nobody could see is as old as it can be.
    @Test func aTriggersAgeCountsFromTheLastLookBeforeIt() {
        var bench = ControlBench()
        let request = bench.plc
        bench.plc = nil
        bench.cycles(12)
        bench.plc = request
        let seen = bench.now
        let key = bench.trigger(part: 40, turn: 9)
        #expect(
            key.triggered == seen && bench.triggers.map(\.key.triggered.nanoseconds) == [seen.nanoseconds - 60_000_000])
        bench.cycle(after: 35 * Span64.millisecond - 1)
        #expect(bench.shown.said == nil)
        bench.cycle(after: 1)
        #expect(bench.shown.said == Said(40, 9, .reject, .timeout) && bench.shown.age == 100)
    }

    // MARK: a part that stands there when the loop begins

    @Test(
        arguments: [
            (9, 8, .enable, true), (9, 0, .enable, true), (9, 9, .enable, false), (0, 8, .enable, false),
            (9, 8, [], false),
        ] as [(UInt16, UInt16, ControlBits, Bool)])
    func aPartOfUnknownAgeIsAnsweredSafely(_ turn: UInt16, _ taken: UInt16, _ control: ControlBits, _ isAnswered: Bool)
    {
        var bench = ControlBench(ControlBench.settings { $0.failSafe = .review }, isFresh: true)
        bench.plc?.part = 40
        bench.plc?.sequence = turn
        bench.plc?.ackSequence = taken
        bench.plc?.control = control
        bench.cycle()
        #expect(bench.triggers.isEmpty)
        bench.cycle()
        #expect(bench.shown.said == (isAnswered ? Said(40, turn, .review, .stale) : nil))
        #expect(bench.triggers.isEmpty && bench.plan.counts.triggers == (isAnswered ? 1 : 0))
    }

    @Test func theNextPartAfterTheStandingOneIsJudged() {
        var bench = ControlBench(isFresh: true)
        bench.plc?.sequence = 9
        bench.plc?.part = 40
        bench.cycle()
        let key = bench.trigger(part: 41, turn: 10)
        bench.cycle(hearing: [bench.letter(key)])
        bench.acknowledge(9)
        bench.cycle()
        #expect(bench.shown.said == Said(41, 10, .pass, .ok))
    }

    // MARK: deadlines

    @Test(arguments: [Verdict.reject, .review])
    func anUndecidedPartGetsTheFailSafeAtItsLimit(_ failSafe: Verdict) {
        var bench = ControlBench(ControlBench.settings { $0.failSafe = failSafe })
        let key = bench.trigger(part: 40, turn: 9)
        bench.cycle(after: 95 * Span64.millisecond - 1)
        #expect(bench.shown.said == nil && bench.shown.status == [.ready, .busy] && bench.shown.state == .busy)
        bench.cycle(after: 1)
        #expect(bench.shown.said == Said(40, 9, failSafe, .timeout) && bench.shown.age == 100)
        #expect(bench.shown.status == [.ready, .valid] && bench.plan.counts.failSafes == 1)
        bench.cycle(hearing: [bench.letter(key)])
        #expect(bench.shown.said == Said(40, 9, failSafe, .timeout) && bench.plan.counts.unasked == 1)
    }

    @Test func aVerdictInTheLastCycleIsBelieved() {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        bench.cycle(after: 95 * Span64.millisecond, hearing: [bench.letter(key)])
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
    }

    @Test func everyWaitingPartHasALimitOfItsOwn() {
        var bench = ControlBench()
        let first = bench.trigger(part: 40, turn: 9)
        bench.cycle(after: 50 * Span64.millisecond)
        let second = bench.trigger(part: 41, turn: 10)
        bench.cycle(after: 100 * Span64.millisecond - bench.now.since(first.triggered))
        #expect(bench.shown.said == Said(40, 9, .reject, .timeout) && bench.shown.status.contains(.busy))
        bench.cycle(hearing: [bench.letter(second)])
        bench.acknowledge(9)
        bench.cycle()
        #expect(bench.shown.said == Said(41, 10, .pass, .ok))
    }

    // MARK: queues

    @Test func theNinthWaitingPartCrowdsOutTheFirst() {
        var bench = ControlBench(ControlBench.settings { $0.failSafe = .review })
        let keys = (UInt16(1)...8).map { bench.trigger(part: UInt32($0) + 100, turn: $0) }
        bench.cycle()
        #expect(bench.shown.said == nil)
        let ninth = bench.trigger(part: 109, turn: 9)
        #expect(bench.triggers.map(\.key) == [ninth])
        bench.cycle(hearing: [bench.letter(keys[0])])
        #expect(bench.shown.said == Said(101, 1, .review, .queueFull) && bench.plan.counts.unasked == 1)
        bench.cycle(hearing: [bench.letter(keys[1])])
        bench.acknowledge(1)
        bench.cycle()
        #expect(bench.shown.said == Said(102, 2, .pass, .ok))
    }

    @Test func aPartWhoseTriggerCouldNotBeDeliveredIsDecidedAtOnce() {
        var bench = ControlBench()
        let first = bench.trigger(part: 40, turn: 9)
        let second = bench.trigger(part: 41, turn: 10)
        bench.plan.undelivered(second)
        bench.cycle(hearing: [bench.letter(second)])
        #expect(bench.shown.said == Said(41, 10, .reject, .queueFull) && bench.plan.counts.lettersLost == 1)
        bench.cycle(hearing: [bench.letter(first)])
        bench.acknowledge(10)
        bench.cycle()
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
    }

    @Test func aTriggerOfNobodyThatCouldNotBeDeliveredIsOnlyCounted() {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        bench.plan.undelivered(key.with(part: 41))
        bench.plan.noteLost()
        bench.cycle()
        #expect(bench.shown.said == nil && bench.plan.counts.lettersLost == 2)
    }

    // MARK: turns that come twice

    /// The PLC means another part now: whoever waited under this turn can no longer be told.
    @Test func theSameTurnAgainGivesTheFirstPartTheFailSafe() {
        var bench = ControlBench()
        bench.trigger(part: 40, turn: 9)
        let other = bench.trigger(part: 41, turn: 10)
        let again = bench.trigger(part: 42, turn: 9)
        bench.cycle(hearing: [bench.letter(again), bench.letter(other)])
        #expect(bench.shown.said == Said(40, 9, .reject, .idMismatch))
        bench.cycle(after: 20 * Span64.millisecond)
        #expect(bench.shown.said == Said(42, 9, .pass, .ok))
        bench.cycle(after: 20 * Span64.millisecond)
        #expect(bench.shown.said == Said(41, 10, .pass, .ok) && bench.plan.counts.failSafes == 1)
    }

    /// Somebody still judges the part before under this turn: whose frame the next verdict comes from is not certain.
    @Test func aVerdictForThePartBeforeDoubtsThePartUnderTheSameTurn() {
        var bench = ControlBench()
        let first = bench.trigger(part: 40, turn: 9)
        bench.trigger(part: 41, turn: 10)
        let again = bench.trigger(part: 42, turn: 9)
        bench.cycle(hearing: [bench.letter(first), bench.letter(again)])
        bench.cycle(after: 20 * Span64.millisecond)
        #expect(bench.shown.said == Said(42, 9, .reject, .idMismatch) && bench.plan.counts.passes == 0)
    }

    /// The same part under another turn is another part: each gets what was computed for it.
    @Test func theSamePartAgainIsJudgedAgain() {
        var bench = ControlBench()
        let first = bench.trigger(part: 40, turn: 9)
        let again = bench.trigger(part: 40, turn: 10)
        bench.cycle(hearing: [bench.letter(first, .pass), bench.letter(again, .reject)])
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
        bench.acknowledge(9)
        bench.cycle()
        #expect(bench.shown.said == Said(40, 10, .reject, .defect))
    }

    @Test func aTurnThatGoesBackIsATriggerLikeAnyOther() {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 9)
        bench.acknowledge(9)
        bench.judge(part: 41, turn: 7)
        #expect(bench.shown.said == Said(41, 7, .pass, .ok))
    }
}
