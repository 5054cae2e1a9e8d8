import Core
import EngineKeeping
import Inference
import InferenceProtocol
import Link
import Process
import Testing

/// An engine as far as the plan can see: nothing runs behind it.
private func engine(_ key: ModelKey, pid: Int32, input: ElementType = .float32) throws -> EngineHandle {
    var description = EngineDescription()
    description.signature = ModelSignature(inputs: [Port(name: "x", type: input, shape: [1, 4])], outputs: [])
    return EngineHandle(
        file: file(key), metadata: ModelMetadata(), description: description,
        caller: CallerEnd(memory: try LinkMemory(slots: 1, slotBytes: 4096, bells: 1)),
        line: EngineLine(try ControlSocket.pair().keepOurs()), pid: pid, series: ModelSeries(model: "m", version: "1"),
        batchRowsMax: 0)
}

private func file(_ key: ModelKey) -> ModelFile {
    ModelFile(name: key.name, version: key.version, path: "/models/\(key)", metadataPath: nil)
}

@Suite struct CatalogPlanTests {
    private let one: ModelKey
    private let two: ModelKey
    private let other: ModelKey
    private let start = Instant(nanoseconds: 1_000 * Span64.second)

    init() throws {
        one = ModelKey(name: try ModelName(parsing: "m"), version: 1)
        two = ModelKey(name: try ModelName(parsing: "m"), version: 2)
        other = ModelKey(name: try ModelName(parsing: "n"), version: 1)
    }

    private func plan(_ keys: [ModelKey]) -> CatalogPlan {
        var plan = CatalogPlan()
        for name in Set(keys.map(\.name)) { plan.learn(name, keys.filter { $0.name == name }.map(file)) }
        return plan
    }

    private func launches(_ step: CatalogPlan.Step) -> Bool {
        if case .launch = step { true } else { false }
    }

    private func ready(_ finding: ModelCatalog.Finding?) -> Int32? {
        if case .ready(let engine) = finding { engine.pid } else { nil }
    }

    /// Loads `key` from nothing to ready.
    private func load(_ key: ModelKey, pid: Int32, into plan: inout CatalogPlan, for purpose: LoadPurpose = .use) throws
    {
        #expect(launches(plan.wish(key, for: purpose, { _ in }, now: start)))
        _ = plan.finished(key, .success(try engine(key, pid: pid)), resident: 100, now: start)
    }

    @Test func aSecondWishWaitsForTheFirst() throws {
        var plan = plan([one])
        #expect(launches(plan.wish(one, for: .use, { _ in }, now: start)))
        #expect(!launches(plan.wish(one, for: .use, { _ in }, now: start)))
        let (told, next) = plan.finished(one, .success(try engine(one, pid: 7)), resident: 1, now: start)
        #expect(told.count == 2 && next == nil && ready(plan.find("m", nil, start)) == 7)
    }

    /// [serve-reload-1] D16: a model that does not load never displaces one that works.
    @Test func aFailedReloadKeepsTheOldEngine() throws {
        var plan = plan([one])
        try load(one, pid: 7, into: &plan)
        #expect(launches(plan.wish(one, for: .activate, { _ in }, now: start)))
        _ = plan.finished(one, .failure(Fault(.model, "corrupt")), resident: 0, now: start)
        #expect(ready(plan.find("m", nil, start)) == 7)
    }

    @Test func aReloadRetiresTheOldEngine() throws {
        var plan = plan([one])
        let old = try engine(one, pid: 7)
        _ = plan.wish(one, for: .use, { _ in }, now: start)
        _ = plan.finished(one, .success(old), resident: 1, now: start)
        try load(one, pid: 8, into: &plan, for: .serve)
        #expect(old.isRetired && ready(plan.find("m", nil, start)) == 8)
    }

    @Test func aVersionThatOnlyAppearedDoesNotAnswer() throws {
        var plan = plan([one])
        try load(one, pid: 7, into: &plan)
        plan.learn(two.name, [file(one), file(two)])
        #expect(ready(plan.find("m", nil, start)) == 7)
        try load(two, pid: 8, into: &plan, for: .activate)
        #expect(ready(plan.find("m", nil, start)) == 8 && ready(plan.find("m", 1, start)) == nil)
    }

    /// [serve-reload-1]: an engine that `/infer` cannot feed takes the place of none that it can, whoever loads it.
    @Test(arguments: [LoadPurpose.activate, .serve])
    func anEngineThatCannotInspectDisplacesNoneThatCan(_ purpose: LoadPurpose) throws {
        for newer in [one, two] {
            var plan = plan([one, newer])
            let old = try engine(one, pid: 7)
            _ = plan.wish(one, for: .activate, { _ in }, now: start)
            _ = plan.finished(one, .success(old), resident: 1, now: start)
            _ = plan.wish(newer, for: purpose, { _ in }, now: start)
            let fresh = try engine(newer, pid: 8, input: .int64)
            let (told, _) = plan.finished(newer, .success(fresh), resident: 1, now: start)
            #expect(throws: Fault.self) { try told[0].result.get() }
            #expect(fresh.isRetired && !old.isRetired && ready(plan.find("m", nil, start)) == 7)
        }
    }

    /// What was never fed by `/infer` may be replaced by what it cannot feed.
    @Test func aModelBesideTheLineMayHaveAnyInputs() throws {
        var plan = plan([one, other])
        try load(other, pid: 1, into: &plan, for: .activate)
        try load(one, pid: 7, into: &plan)
        _ = plan.wish(one, for: .serve, { _ in }, now: start)
        _ = plan.finished(one, .success(try engine(one, pid: 8, input: .int64)), resident: 1, now: start)
        #expect(ready(plan.find("m", nil, start)) == 8)
    }

    /// [serve-models-6]: naming a version chooses for nobody else.
    @Test func aVersionThatSomebodyNamedDoesNotAnswerForTheName() throws {
        var plan = plan([one, two])
        try load(one, pid: 7, into: &plan)
        #expect(ready(plan.find("m", nil, start)) == nil && ready(plan.find("m", 1, start)) == 7)
        try load(two, pid: 8, into: &plan)
        #expect(ready(plan.find("m", nil, start)) == 8)
    }

    /// What the line waits for is not held up by loads that hang.
    @Test func theActiveModelPassesTheLimitOfLoads() throws {
        let keys = try (1...4).map { ModelKey(name: try ModelName(parsing: "k\($0)"), version: 1) }
        var plan = plan(keys)
        plan.active = keys[2].name
        #expect(keys.prefix(3).map { launches(plan.wish($0, for: .use, { _ in }, now: start)) } == [true, true, true])
        #expect(launches(plan.wish(keys[3], for: .activate, { _ in }, now: start)))
    }

    @Test func anUnloadWinsOverALoadInProgress() throws {
        var plan = plan([one])
        _ = plan.wish(one, for: .use, { _ in }, now: start)
        let isKnown = plan.unload("m")
        #expect(isKnown)
        let late = try engine(one, pid: 7)
        _ = plan.finished(one, .success(late), resident: 1, now: start)
        #expect(late.isRetired && ready(plan.find("m", nil, start)) == nil)
    }

    @Test func aFailureIsNotTriedAgainAtOnce() {
        var plan = plan([one])
        _ = plan.wish(one, for: .use, { _ in }, now: start)
        _ = plan.finished(one, .failure(Fault(.model, "corrupt")), resident: 0, now: start)
        #expect(!launches(plan.wish(one, for: .use, { _ in }, now: start)))
        #expect(launches(plan.wish(one, for: .use, { _ in }, now: start.advanced(by: CatalogPlan.retryNanoseconds))))
    }

    @Test func onlySoManyLoadAtATime() throws {
        let keys = try (1...4).map { ModelKey(name: try ModelName(parsing: "k\($0)"), version: 1) }
        var plan = plan(keys)
        #expect(keys.map { launches(plan.wish($0, for: .use, { _ in }, now: start)) } == [true, true, false, false])
        let (_, next) = plan.finished(keys[0], .failure(Fault(.model, "x")), resident: 0, now: start)
        #expect(next?.name == keys[2].name)
    }

    @Test func anEngineThatKeepsEndingIsReplacedMoreSlowly() throws {
        var plan = plan([one])
        var delays: [UInt64] = []
        for pid in Int32(1)...8 {
            try load(one, pid: pid, into: &plan, for: .serve)
            let restart = plan.ended(one, pid: pid, now: start)
            delays.append(try #require(restart).delay)
        }
        #expect(
            delays == CatalogPlan.restartDelays + [
                CatalogPlan.restartDelays.last ?? 0, CatalogPlan.restartDelays.last ?? 0,
            ])
        let stranger = plan.ended(one, pid: 99, now: start)
        #expect(stranger == nil)
    }

    /// B17: the least recently used idle engine leaves, never the active one.
    @Test func evictsWhatWasUsedLongestAgo() throws {
        var plan = plan([one, other])
        try load(one, pid: 1, into: &plan)
        try load(other, pid: 2, into: &plan)
        _ = plan.find("m", nil, start.advanced(by: 9))
        let newcomer = ModelKey(name: try ModelName(parsing: "new"), version: 1)
        plan.learn(newcomer.name, [file(newcomer)])
        let gone = plan.evict(for: newcomer, budget: 250, sizes: [1: 100, 2: 100])
        #expect(gone == ["n"])
        plan.active = one.name
        let more = plan.evict(for: newcomer, budget: 1, sizes: [1: 100])
        #expect(more.isEmpty)
    }
}

@Suite struct DeadlineReviewTests {
    private let now = Instant(nanoseconds: 1_000 * Span64.second)
    private let memory: LinkMemory
    private let grace = Span64.second

    init() throws { memory = try LinkMemory(slots: 4, slotBytes: 4096, bells: 1) }

    /// A call whose deadline was so many milliseconds ago (or, negative, is still ahead).
    private func call(_ index: Int, lateBy milliseconds: Int, running: Bool) -> Call {
        let base = Int(now.nanoseconds) - milliseconds * 1_000_000
        let call = Call(deadline: Instant(nanoseconds: UInt64(base))) { _ in }
        let slot = memory.slot(index)
        slot.reset(bell: 0)
        if running { slot.begin(at: now) } else { slot.wait() }
        call.slot = slot
        return call
    }

    @Test(
        arguments: [
            ([(0, true)], false, "just late"), ([(1_500, true)], true, "a run that does not stop"),
            ([(1_500, false)], true, "nobody takes it"),
            ([(1_500, false), (-500, true)], false, "it waits behind a lawful run"),
            ([(1_500, false), (1_500, true)], true, "it waits behind a run that does not stop"),
        ] as [([(Int, Bool)], Bool, String)])
    func knowsAStuckEngine(_ calls: [(Int, Bool)], _ stuck: Bool, _ why: String) {
        var review = DeadlineReview(now: now, grace: grace)
        review.beginEngine()
        for (index, (late, running)) in calls.enumerated() {
            review.look(at: call(index, lateBy: late, running: running))
        }
        #expect(review.isEngineStuck == stuck, "\(why)")
        #expect(review.late.count == calls.count { $0.0 >= 0 })
    }

    @Test func looksAgainAtTheNextDeadline() {
        var review = DeadlineReview(now: now, grace: grace)
        review.beginEngine()
        review.look(at: call(0, lateBy: -40, running: true))
        review.look(at: call(1, lateBy: -7, running: false))
        #expect(review.next == now.advanced(by: 7 * Span64.millisecond) && review.late.isEmpty)
    }
}
