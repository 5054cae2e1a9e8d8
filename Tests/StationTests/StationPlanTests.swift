import Core
import Station
import Testing

@Suite struct StationPlanTests {
    private static let start = Instant(nanoseconds: 1_000 * Span64.second)
    private static let rule = DecisionRule(threshold: 0.5, reviewFrom: 0.45, reviewTo: 0.5)
    private static let limit = 90 * Span64.millisecond

    private static func at(_ milliseconds: UInt64) -> Instant { start.advanced(by: milliseconds * Span64.millisecond) }

    /// Part 1 comes at 1 ms, part 2 at 2 ms, and so on.
    private static func part(_ number: UInt32) -> PendingPart {
        let key = PartKey(part: number, sequence: UInt16(number), triggered: at(UInt64(number)))
        return PendingPart(key: key, partNumber: 3, ioLife: 4)
    }

    private static func plan(depth: Int = 2, failSafe: Verdict = .reject, parts: UInt32 = 0) -> StationPlan {
        var settings = StationSettings()
        settings.queueDepth = depth
        settings.decideWithin = limit
        settings.failSafe = failSafe
        var plan = StationPlan(settings)
        for number in 0..<parts { _ = plan.trigger(part(number + 1), at(UInt64(number + 1))) }
        return plan
    }

    private static func scored(_ score: Float) -> Judgement { .scored(score, modelCode: 7, rule: rule) }

    // MARK: the queue

    @Test(arguments: [1, 2, 5])
    func aFullQueueDecidesWhoeverWaitsLongest(_ depth: Int) {
        var plan = Self.plan(depth: depth, parts: UInt32(depth))
        #expect(plan.overflows == 0 && plan.waiting.count == depth)
        let crowdedOut = plan.trigger(Self.part(9), Self.at(9))
        #expect(crowdedOut?.part == Self.part(1) && crowdedOut?.reason == .queueFull && crowdedOut?.verdict == .reject)
        #expect(crowdedOut?.at == Self.at(9) && crowdedOut?.modelCode == 0)
        #expect(plan.waiting.count == depth && plan.waiting.last == Self.part(9) && plan.overflows == 1)
    }

    @Test func thePartAtTheModelIsNotInTheQueue() {
        var plan = Self.plan(parts: 2)
        #expect(plan.next() == Self.part(1))
        #expect(plan.trigger(Self.part(3), Self.at(3)) == nil)
        #expect(plan.trigger(Self.part(4), Self.at(4))?.part == Self.part(2))
        #expect(plan.atModel == Self.part(1))
    }

    @Test func oneIsAtTheModelAndTheNextComesInTurn() {
        var plan = Self.plan(parts: 2)
        #expect(plan.next() == Self.part(1) && plan.next() == nil)
        #expect(plan.finish(Self.scored(0.1), Self.at(10))?.part == Self.part(1))
        #expect(plan.next() == Self.part(2))
        _ = plan.finish(Self.scored(0.1), Self.at(20))
        #expect(plan.next() == nil && plan.atModel == nil)
    }

    // MARK: what is said of a part

    @Test(arguments: [(Float(0.1), Verdict.pass, Reason.ok), (0.47, .review, .defect), (0.9, .reject, .defect)])
    func aScoreIsJudgedByTheRuleOfTheReleaseThatRan(_ score: Float, _ verdict: Verdict, _ reason: Reason) {
        var plan = Self.plan(parts: 1)
        _ = plan.next()
        let decision = plan.finish(Self.scored(score), Self.at(30))
        #expect(decision?.verdict == verdict && decision?.reason == reason && decision?.score == score)
        #expect(decision?.modelCode == 7 && decision?.at == Self.at(30) && decision?.part == Self.part(1))
    }

    @Test(arguments: [Verdict.reject, .review], [Float.nan, .infinity, -.infinity])
    func aScoreThatIsNoneGetsTheFailSafe(_ failSafe: Verdict, _ score: Float) {
        var plan = Self.plan(failSafe: failSafe, parts: 1)
        _ = plan.next()
        let decision = plan.finish(Self.scored(score), Self.at(30))
        #expect(decision?.verdict == failSafe && decision?.reason == .modelError)
        #expect(decision?.modelCode == 0 && decision?.score == 0)
    }

    @Test(arguments: [Reason.modelError, .noModel, .inputInvalid, .deviceFault])
    func whatNobodyCouldJudgeGetsTheFailSafe(_ reason: Reason) {
        var plan = Self.plan(failSafe: .review, parts: 1)
        _ = plan.next()
        let decision = plan.finish(.impossible(reason), Self.at(30))
        #expect(decision?.verdict == .review && decision?.reason == reason && decision?.modelCode == 0)
    }

    @Test func aScoreForNobodySaysNothing() {
        var plan = Self.plan(parts: 1)
        #expect(plan.finish(Self.scored(0.1), Self.at(2)) == nil && plan.waiting.count == 1)
    }

    // MARK: time

    @Test func aPartIsOverAtItsLimitAndNotBefore() {
        var plan = Self.plan(parts: 1)
        let over = Self.part(1).key.triggered.advanced(by: Self.limit)
        #expect(plan.nextDeadline == over && plan.deadline(of: Self.part(1)) == over)
        #expect(plan.expire(Instant(nanoseconds: over.nanoseconds - 1)).isEmpty && plan.waiting.count == 1)
        let decisions = plan.expire(over)
        #expect(decisions.map(\.reason) == [.timeout] && decisions.map(\.verdict) == [.reject])
        #expect(plan.waiting.isEmpty && plan.nextDeadline == .distantFuture)
    }

    @Test func expiryTakesTheModelsPartFirstAndThenTheQueueInTurn() {
        var plan = Self.plan(depth: 3, parts: 3)
        _ = plan.next()
        let decisions = plan.expire(Self.at(2).advanced(by: Self.limit))
        #expect(decisions.map(\.part) == [Self.part(1), Self.part(2)])
        #expect(plan.waiting == [Self.part(3)] && plan.atModel == Self.part(1) && plan.isAbandoned)
        #expect(plan.nextDeadline == plan.deadline(of: Self.part(3)))
    }

    @Test func aPartIsSaidToBeOverOnlyOnce() {
        var plan = Self.plan(parts: 1)
        _ = plan.next()
        let late = Self.at(1).advanced(by: Self.limit)
        #expect(plan.expire(late).count == 1 && plan.expire(late.advanced(by: Self.limit)).isEmpty)
    }

    @Test(arguments: [scored(0.1), scored(0.9), .impossible(.modelError)])
    func aLateScoreIsNobodys(_ judgement: Judgement) {
        var plan = Self.plan(parts: 1)
        _ = plan.next()
        let late = Self.at(1).advanced(by: Self.limit)
        _ = plan.expire(late)
        #expect(plan.next() == nil, "the model still works on it")
        #expect(plan.finish(judgement, late) == nil && plan.lateScores == 1 && plan.atModel == nil)
    }

    @Test func theLatenessOfOnePartIsNotTheNextOnes() {
        var plan = Self.plan(parts: 1)
        _ = plan.next()
        let late = Self.at(1).advanced(by: Self.limit)
        _ = plan.expire(late)
        _ = plan.finish(Self.scored(0.1), late)
        _ = plan.trigger(Self.part(91), Self.at(91))
        #expect(plan.next() == Self.part(91) && !plan.isAbandoned)
        #expect(plan.finish(Self.scored(0.1), Self.at(100))?.verdict == .pass)
    }

    /// The score came in time for nobody: between two looks at the clock its part grew too old.
    @Test(arguments: [(UInt64(0), Verdict.reject, Reason.timeout), (1, .pass, .ok)])
    func aScoreAtTheLimitIsTooLate(_ before: UInt64, _ verdict: Verdict, _ reason: Reason) {
        var plan = Self.plan(parts: 1)
        _ = plan.next()
        let now = Instant(nanoseconds: Self.at(1).advanced(by: Self.limit).nanoseconds - before)
        let decision = plan.finish(Self.scored(0.1), now)
        #expect(decision?.verdict == verdict && decision?.reason == reason)
    }

    @Test func timeoutsGetTheFailSafeThatIsSet() {
        var plan = Self.plan(depth: 1, failSafe: .review, parts: 2)
        #expect(plan.expire(Self.at(2).advanced(by: Self.limit)).map(\.verdict) == [.review])
        var full = Self.plan(depth: 1, failSafe: .review, parts: 1)
        #expect(full.trigger(Self.part(2), Self.at(2))?.verdict == .review)
    }

    /// A part that is triggered in the future would never end; one from the beginning of time ends at once.
    @Test func limitsDoNotWrap() {
        let early = PendingPart(
            key: PartKey(part: 1, sequence: 1, triggered: Instant(nanoseconds: 0)), partNumber: 0, ioLife: 1)
        let last = PendingPart(key: PartKey(part: 2, sequence: 2, triggered: .distantFuture), partNumber: 0, ioLife: 1)
        var plan = Self.plan()
        _ = plan.trigger(early, Self.start)
        _ = plan.trigger(last, Self.start)
        #expect(plan.deadline(of: last) == .distantFuture)
        #expect(plan.expire(Self.start).map(\.part) == [early] && plan.waiting == [last])
    }

    /// Every part that came is decided once, or still waits: under random triggers, scores and delays.
    @Test(arguments: UInt64(1)...20)
    func everyPartIsDecidedOnce(_ seed: UInt64) {
        var dice = Dice(seed: seed)
        var plan = Self.plan()
        var now = Self.start
        var decided: [PartKey] = []
        var came: UInt32 = 0
        for _ in 0..<5_000 {
            now = now.advanced(by: dice.next() % (40 * Span64.millisecond))
            if dice.next() % 2 == 0 {
                came += 1
                let key = PartKey(part: came, sequence: UInt16(truncatingIfNeeded: came), triggered: now)
                if let decision = plan.trigger(PendingPart(key: key, partNumber: 0, ioLife: 1), now) {
                    decided.append(decision.part.key)
                }
            }
            decided += plan.expire(now).map(\.part.key)
            if dice.next() % 3 == 0, let decision = plan.finish(Self.scored(Float(dice.next() % 100) / 100), now) {
                #expect(decision.verdict != .pass || now.since(decision.part.key.triggered) < Self.limit)
                decided.append(decision.part.key)
            }
            _ = plan.next()
        }
        let left = plan.waiting.count + (plan.atModel != nil && !plan.isAbandoned ? 1 : 0)
        #expect(Set(decided).count == decided.count && decided.count + left == Int(came))
        #expect(plan.overflows > 0 && plan.lateScores > 0)
    }
}

/// Chance that can be repeated.
private struct Dice {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
