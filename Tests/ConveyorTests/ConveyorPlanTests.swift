import Conveyor
import Core
import LineMap
import Surfaces
import Testing

@Suite struct ConveyorPlanTests {
    private static let good = ConveyorBench.settings { $0.parts = 1 }

    // MARK: the belt

    @Test(arguments: [(10.0, 100), (25, 250), (30, 300), (200, 2_000)])
    func feedsAtItsRate(_ rate: Double, _ partsInTenSeconds: Int) {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = rate })
        bench.steps(2_000)
        #expect(abs(Int(bench.tally.parts) - partsInTenSeconds) <= 1)
    }

    @Test func feedsOnePartAScanAtMost() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 10_000 })
        bench.steps(100)
        #expect(bench.tally.parts == 100 && bench.plan.request.sequence == 100 && bench.plan.request.part == 100)
    }

    @Test func aBeltThatStoodStillDoesNotCatchUp() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 100 })
        bench.steps(20)
        let before = bench.tally.parts
        bench.step(after: Span64.second)
        bench.steps(3)
        #expect(bench.tally.parts - before <= 3)
    }

    @Test func numbersPartsFromTheFirstAndTurnsFromOne() {
        var bench = ConveyorBench(
            ConveyorBench.settings {
                $0.partsPerSecond = 1_000
                $0.firstPart = .max
            })
        bench.step()
        #expect(bench.plan.request.part == .max && bench.plan.request.sequence == 1)
        bench.step()
        #expect(bench.plan.request.part == 0 && bench.plan.request.sequence == 2)
    }

    @Test func noTurnIsZero() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 1_000 })
        bench.plan.skipTurns(65_533)
        var turns: [UInt16] = []
        for _ in 0..<4 {
            bench.step()
            turns.append(bench.plan.request.sequence)
        }
        #expect(turns == [65_534, 65_535, 1, 2])
    }

    @Test func endsWhenItsLastPartIsGone() {
        var bench = ConveyorBench(
            ConveyorBench.settings {
                $0.parts = 3
                $0.partsPerSecond = 1_000
            })
        bench.steps(3)
        #expect(bench.tally.parts == 3 && !bench.plan.isDone)
        bench.steps(40)
        #expect(bench.plan.isDone && bench.tally.parts == 3 && bench.gone.count == 3)
    }

    @Test func partsComeOnlyWhileItFeeds() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 100 })
        bench.plan.isFeeding = false
        bench.steps(100)
        #expect(bench.tally.parts == 0)
        bench.plan.isFeeding = true
        bench.step()
        #expect(bench.tally.parts == 1)
    }

    @Test func itsHeartBeatsInEveryScan() {
        var bench = ConveyorBench()
        bench.isWhole = false
        bench.steps(3)
        #expect(bench.plan.request.heartbeat == 3 && bench.plan.request.control == .enable)
        #expect(bench.plan.request.mapVersion == RegisterMap.version)
        bench.plan.isBypassed = true
        bench.step()
        #expect(bench.plan.request.control == [.enable, .bypass] && bench.plan.request.heartbeat == 4)
    }

    // MARK: which result it takes

    @Test(arguments: [Verdict.pass, .reject, .review])
    func takesTheResultOfItsPart(_ verdict: Verdict) {
        var bench = ConveyorBench(Self.good)
        bench.step()
        bench.step()
        bench.answer(verdict)
        let said = bench.gone.first
        #expect(bench.gone.count == 1 && said?.gate == verdict && said?.part == 1 && said?.sequence == 1)
        #expect(said?.result?.verdict == verdict && said?.nanoseconds == 2 * ConveyorBench.scan)
        #expect(bench.plan.request.ackSequence == 1 && bench.plan.request.ackVerdict == verdict.rawValue)
        #expect(bench.plan.isDone)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var late: UInt64 = 0
        let change: @Sendable (inout ConveyorBench) -> Void
    }

    @Test(arguments: [
        Wrong(testDescription: "another part", late: 1) { $0.node.part = 2 },
        Wrong(testDescription: "another turn", late: 1) { $0.node.sequence = 2 },
        Wrong(testDescription: "not valid") { $0.node.status = [.ready, .acknowledged] },
        Wrong(testDescription: "no verdict") { $0.node.verdict = .none },
        Wrong(testDescription: "not whole") { $0.isWhole = false },
    ])
    func aResultThatIsNotThePartsIsNotTaken(_ wrong: Wrong) {
        var bench = ConveyorBench(Self.good)
        bench.step()
        bench.say(part: 1, turn: 1, .pass)
        wrong.change(&bench)
        bench.steps(29)
        #expect(bench.gone.isEmpty)
        bench.step()
        #expect(bench.gone.map(\.gate) == [.reject] && bench.gone[0].result == nil)
        #expect(bench.tally.undecided == 1 && bench.tally.passes == 0 && bench.tally.rejects == 1)
        #expect(bench.tally.late == wrong.late)
    }

    /// The node's registers hold what they held: that it lives is not certain any more.
    @Test(arguments: [(100_000_000, 1), (100_000_001, 0)] as [(UInt64, UInt64)])
    func aResultOfANodeThatIsSilentIsNotTaken(_ silence: UInt64, _ taken: UInt64) {
        var bench = ConveyorBench(Self.good)
        bench.step()
        bench.nodeBeats = false
        bench.say(part: 1, turn: 1, .pass)
        bench.step(after: silence)
        #expect(bench.tally.passes == taken && bench.tally.heartbeatLosses == 1 - taken)
    }

    @Test func aPartWithoutAResultIsRejectedAtItsWindow() {
        var bench = ConveyorBench(Self.good)
        bench.step()
        bench.step(after: 150 * Span64.millisecond - 1)
        #expect(bench.gone.isEmpty)
        bench.step(after: 1)
        #expect(bench.gone.map(\.gate) == [.reject] && bench.gone[0].nanoseconds == 150 * Span64.millisecond)
        bench.answer(.pass)
        #expect(bench.gone.count == 1 && bench.tally.late == 1 && bench.tally.passes == 0)
        #expect(bench.plan.request.ackVerdict == Verdict.reject.rawValue, "its part has been rejected")
    }

    @Test(arguments: [(UInt64(1), Verdict.pass), (0, .reject)])
    func aResultIsTakenUntilItsWindowIsOver(_ before: UInt64, _ gate: Verdict) {
        var bench = ConveyorBench(Self.good)
        bench.step()
        bench.say(part: 1, turn: 1, .pass)
        bench.step(after: 150 * Span64.millisecond - before)
        guard gate == .reject else {
            #expect(bench.gone.map(\.gate) == [gate])
            return
        }
        #expect(bench.gone.map(\.gate) == [gate])
    }

    @Test func aResultIsTakenOnce() {
        var bench = ConveyorBench(Self.good)
        bench.step()
        bench.answer(.pass)
        bench.steps(20)
        #expect(bench.gone.count == 1 && bench.tally.passes == 1 && bench.tally.late == 0)
    }

    @Test func resultsMayComeInAnyOrder() {
        var bench = ConveyorBench(
            ConveyorBench.settings {
                $0.partsPerSecond = 1_000
                $0.parts = 3
            })
        bench.steps(3)
        for turn in [UInt16(3), 1, 2] {
            bench.say(part: UInt32(turn), turn: turn, .pass)
            bench.step()
            #expect(bench.plan.request.ackSequence == turn)
        }
        #expect(bench.gone.map(\.sequence) == [3, 1, 2] && bench.tally.right == 3)
    }

    @Test func garbledReadsAreCounted() {
        var bench = ConveyorBench(Self.good)
        bench.isWhole = false
        bench.steps(7)
        bench.isWhole = true
        bench.step()
        #expect(bench.tally.garbled == 7)
    }

    @Test func nothingIsFedToANodeThatIsSilent() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 100 })
        bench.steps(10)
        bench.nodeBeats = false
        bench.steps(60)
        let before = bench.tally.parts
        bench.steps(100)
        #expect(bench.tally.parts == before && bench.tally.heartbeatLosses == 1)
        bench.nodeBeats = true
        bench.steps(10)
        #expect(bench.tally.parts > before && bench.tally.heartbeatLosses == 1)
        #expect(bench.tally.heartbeatGapMax == 161 * ConveyorBench.scan)
    }

    // MARK: the tally, against the truth

    struct Count: Sendable, CustomTestStringConvertible {
        let isDefective: Bool
        let verdict: Verdict
        let reason: Reason
        let counted: any WritableKeyPath<ConveyorTally, UInt64> & Sendable
        var testDescription: String { "\(isDefective ? "defective" : "good"), \(verdict.name) \(reason.name)" }
    }

    @Test(arguments: [
        Count(isDefective: false, verdict: .pass, reason: .ok, counted: \.right),
        Count(isDefective: true, verdict: .reject, reason: .defect, counted: \.right),
        Count(isDefective: true, verdict: .pass, reason: .ok, counted: \.escapes),
        Count(isDefective: false, verdict: .reject, reason: .defect, counted: \.falseRejects),
        Count(isDefective: true, verdict: .review, reason: .defect, counted: \.reviews),
        Count(isDefective: false, verdict: .review, reason: .defect, counted: \.reviews),
        Count(isDefective: true, verdict: .reject, reason: .timeout, counted: \.failSafes),
        Count(isDefective: false, verdict: .reject, reason: .stale, counted: \.failSafes),
    ])
    func everyPartIsCountedAsTheTruthIs(_ count: Count) {
        var bench = ConveyorBench(
            ConveyorBench.settings {
                $0.surfaces.defectRate = count.isDefective ? 1 : 0
                $0.parts = 1
            })
        bench.step()
        bench.answer(count.verdict, count.reason)
        bench.steps(100)
        let kinds: [WritableKeyPath<ConveyorTally, UInt64>] = [
            \.right, \.escapes, \.falseRejects, \.failSafes, \.reviews, \.undecided,
        ]
        #expect(kinds.allSatisfy { bench.tally[keyPath: $0] == ($0 == count.counted ? 1 : 0) })
        #expect(bench.tally.defective == (count.isDefective ? 1 : 0) && bench.tally.parts == 1)
        #expect(bench.tally.passes + bench.tally.rejects + bench.tally.reviews == 1)
        #expect(bench.gone.map(\.isDefective) == [count.isDefective])
    }

    @Test func knowsTheTruthOfEachPart() {
        let settings = ConveyorBench.settings {
            $0.surfaces.defectRate = 0.3
            $0.seed = 42
            $0.firstPart = 1_000
            $0.partsPerSecond = 1_000
            $0.parts = 500
        }
        var bench = ConveyorBench(settings)
        bench.steps(600)
        let truths = (UInt32(1_000)..<1_500).map { SurfaceTruth(seed: 42, part: $0, settings: settings.surfaces) }
        #expect(bench.gone.map(\.isDefective) == truths.map(\.isDefective))
        #expect(bench.tally.defective == UInt64(truths.count { $0.isDefective }) && bench.tally.undecided == 500)
    }

    // MARK: faults

    /// What a node still shows was for the parts of before.
    @Test func afterARestartNothingIsFedWhileAnOldResultStands() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 100 })
        bench.steps(3)
        bench.say(part: 1, turn: 1, .pass)
        bench.plan.restart(bench.now)
        #expect(bench.plan.request == PLCRequest())
        bench.steps(30)
        #expect(bench.plan.request.sequence == 0 && bench.tally.late == 1 && bench.tally.passes == 0)
        #expect(bench.plan.request.ackSequence == 1, "so that it goes away")
        bench.saysNothing()
        bench.step()
        #expect(bench.plan.request.sequence == 1 && bench.plan.request.part == 3, "part ids go on, turns begin again")
    }

    @Test func aFirstResultThatStandsFromBeforeIsWaitedForToo() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 100 })
        bench.say(part: 1, turn: 1, .pass)
        bench.steps(10)
        #expect(bench.tally.parts == 0 && bench.tally.late == 1)
        bench.saysNothing()
        bench.step()
        #expect(bench.tally.parts == 1)
    }

    @Test func aRestartRejectsWhatIsUnderWay() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 1_000 })
        bench.steps(4)
        bench.plan.isFeeding = false
        bench.plan.restart(bench.now)
        #expect(bench.tally.undecided == 4 && bench.tally.rejects == 4)
        bench.step()
        #expect(bench.gone.map(\.part) == [1, 2, 3, 4])
    }

    @Test func skippedTurnsAreNotShown() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 1_000 })
        bench.step()
        bench.plan.skipTurns(3)
        bench.step()
        #expect(bench.plan.request.sequence == 5 && bench.plan.request.part == 2)
    }

    @Test func aRepeatedPartComesUnderANewTurn() {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 1_000 })
        bench.steps(2)
        bench.plan.repeatPart()
        bench.step()
        #expect(bench.plan.request.part == 2 && bench.plan.request.sequence == 3)
    }

    @Test(arguments: [(UInt16(1), UInt16(4)), (2, 3), (4, 1), (9, 1)])
    func aTurnThatGoesBackWasThereBefore(_ count: UInt16, _ turn: UInt16) {
        var bench = ConveyorBench(ConveyorBench.settings { $0.partsPerSecond = 1_000 })
        bench.steps(4)
        bench.plan.turnBack(count)
        bench.step()
        #expect(bench.plan.request.sequence == turn && bench.plan.request.part == 5)
    }

    /// Every part leaves once, through the gate that its own result says or as a reject.
    @Test(arguments: UInt64(1)...10)
    func everyPartLeavesOnce(_ seed: UInt64) {
        var generator = seed
        func chance(_ times: UInt64) -> Bool {
            generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return generator >> 33 % times == 0
        }
        var bench = ConveyorBench(
            ConveyorBench.settings {
                $0.partsPerSecond = 100
                $0.surfaces.defectRate = 0.5
            })
        for _ in 0..<5_000 {
            bench.isWhole = !chance(10)
            if chance(3) { bench.saysNothing() }
            if chance(3) {
                let turn = bench.plan.request.sequence &- (chance(2) ? 0 : 1)
                bench.say(part: UInt32(turn), turn: turn, chance(2) ? .pass : .reject)
            }
            bench.step()
        }
        bench.plan.isFeeding = false
        bench.isWhole = true
        bench.steps(100)
        let tally = bench.tally
        #expect(bench.gone.map(\.part).sorted() == (0..<UInt32(tally.parts)).map { $0 + 1 })
        #expect(bench.gone.allSatisfy { $0.gate == ($0.result?.verdict ?? .reject) })
        #expect(tally.right + tally.escapes + tally.falseRejects + tally.undecided == tally.parts)
        #expect(tally.right > 100 && tally.escapes > 100 && tally.falseRejects > 100 && tally.undecided > 10)
    }
}
