import Components
import Core
internal import Process
import Testing

/// A plan whose steps and sweeps are all answered at once, unless they are held.
private struct PlanBench {
    var plan = ComponentPlan()
    var now = Instant(nanoseconds: 1_000 * Span64.second)
    /// Every state that was told, as `name STATE`.
    var told: [String] = []
    var spawned: [String] = []
    /// Sweeps of these are not answered until they are let go.
    var held: Set<String> = []
    private var numbers: [String: UInt64] = [:]

    mutating func change(_ specs: ComponentSpec...) -> [String: ChangeKind] {
        let (kinds, deeds) = plan.change(to: specs, now: now)
        perform(deeds)
        return kinds
    }

    mutating func perform(_ deeds: [ComponentPlan.Deed]) {
        for deed in deeds {
            switch deed.action {
            case .tell(let state, _): told.append("\(deed.name) \(state.rawValue)")
            case .spawn(let kind, let number):
                spawned.append("\(deed.name) \(kind)")
                numbers[deed.name] = number
                if kind == .run {
                    perform(plan.handle(deed.name, .started(number), now: now))
                } else {
                    perform(plan.handle(deed.name, .exited(number, .code(0)), now: now))
                }
            case .sweep: if !held.contains(deed.name) { perform(plan.handle(deed.name, .swept, now: now)) }
            case .forget, .request: break
            }
        }
    }

    mutating func letGo(_ name: String) {
        held.remove(name)
        perform(plan.handle(name, .swept, now: now))
    }

    mutating func dies(_ name: String) {
        perform(plan.handle(name, .exited(numbers[name] ?? 0, .code(1)), now: now))
    }

    mutating func passes(_ seconds: Double) {
        now = now.advanced(by: Span64.seconds(seconds))
        perform(plan.tick(now: now))
    }

    mutating func obey(_ name: String, _ order: ComponentLife.Order) { perform(plan.obey(name, order, now: now)) }
    mutating func stopAll() { perform(plan.stopAll(now: now)) }
    func state(_ name: String) -> ComponentState? { plan.lives[name]?.state }
}

/// [component-order] What components mean to each other.
@Suite struct ComponentPlanTests {
    private let base = ComponentSpec.plain("base", [.run])
    private let user = ComponentSpec.plain("user", [.run], on: ["base": .hard])
    private let loose = ComponentSpec.plain("loose", [.run], on: ["base": .soft])

    @Test func startsAfterItsHardDependency() {
        var bench = PlanBench()
        #expect(bench.change(user, base) == ["user": .new, "base": .new])
        #expect(bench.spawned == ["base run", "user run"])
    }

    @Test func doesNotStartWithoutItsHardDependency() {
        var bench = PlanBench()
        _ = bench.change(user, loose)
        #expect(bench.spawned == ["loose run"] && bench.plan.waits("user") == ["base"])
        _ = bench.change(user, loose, base)
        #expect(bench.spawned == ["loose run", "base run", "user run"])
    }

    @Test func followsAnErrorOfItsHardDependencyOnly() {
        var bench = PlanBench()
        _ = bench.change(base, user, loose)
        bench.spawned = []
        bench.dies("base")
        #expect(bench.state("user") == .installed && bench.state("loose") == .running)
        bench.passes(1)
        #expect(bench.spawned == ["base run", "user run"] && bench.state("user") == .running)
    }

    @Test(arguments: [ComponentLife.Order.restart, .reinstall]) func followsARestart(_ order: ComponentLife.Order) {
        var bench = PlanBench()
        _ = bench.change(base, user, loose)
        bench.spawned = []
        bench.obey("base", order)
        #expect(bench.spawned == ["base run", "user run"])
    }

    @Test func followsThroughAChain() {
        var bench = PlanBench()
        _ = bench.change(base, user, .plain("last", [.run], on: ["user": .hard]))
        bench.spawned = []
        bench.obey("base", .restart)
        #expect(bench.spawned == ["base run", "user run", "last run"])
    }

    @Test func doesNotFollowAStopOrARemoval() {
        var bench = PlanBench()
        _ = bench.change(base, user)
        bench.obey("base", .stop)
        #expect(bench.state("base") == .finished && bench.state("user") == .running)
        _ = bench.change(user)
        #expect(bench.state("base") == nil && bench.state("user") == .running)
    }

    @Test func stopsDependentsFirst() {
        var bench = PlanBench()
        _ = bench.change(base, user, loose)
        bench.held = ["user"]
        bench.told = []
        bench.stopAll()
        #expect(bench.told == ["loose STOPPING", "loose FINISHED", "user STOPPING"])
        #expect(!bench.plan.isDown)
        bench.letGo("user")
        #expect(bench.told.suffix(3) == ["user FINISHED", "base STOPPING", "base FINISHED"])
        #expect(bench.plan.isDown)
    }

    @Test func removesDependentsFirst() {
        var bench = PlanBench()
        _ = bench.change(base, user)
        bench.told = []
        #expect(bench.change() == ["base": .removed, "user": .removed])
        let order = bench.told.filter { $0 == "user UNINSTALLED" || $0 == "base STOPPING" }
        #expect(order == ["user UNINSTALLED", "base STOPPING"])
        #expect(bench.plan.lives.isEmpty && bench.plan.isDown)
    }

    @Test func comesBackAfterItsRemovalIsDone() {
        var bench = PlanBench()
        _ = bench.change(base)
        bench.held = ["base"]
        _ = bench.change()
        #expect(bench.change(.plain("base", [.run], version: "2.0.0")) == ["base": .new])
        #expect(bench.state("base") == .stopping)
        bench.letGo("base")
        #expect(bench.state("base") == .running && bench.plan.lives["base"]?.spec.version == "2.0.0")
    }

    @Test func aBrokenDependencyKeepsItsDependentsWaiting() {
        var bench = PlanBench()
        _ = bench.change(base, user)
        for _ in 1...3 {
            bench.dies("base")
            bench.passes(30)
        }
        #expect(bench.state("base") == .broken && bench.state("user") == .installed)
        #expect(bench.plan.waits("user") == ["base"] && bench.plan.wakesAt == nil)
    }

    @Test func stopsWhileSomethingIsBroken() {
        var bench = PlanBench()
        _ = bench.change(base, user)
        for _ in 1...3 {
            bench.dies("base")
            bench.passes(30)
        }
        bench.stopAll()
        #expect(bench.plan.isDown && bench.state("base") == .broken)
    }
}

@Suite struct ComponentOrderTests {
    @Test func sortsDependenciesFirst() throws {
        let specs: [ComponentSpec] = [
            .plain("a", [], on: ["b": .hard, "c": .soft]), .plain("b", [], on: ["d": .hard]), .plain("c", []),
            .plain("d", [], on: ["elsewhere": .hard]),
        ]
        #expect(try ComponentOrder.sorted(specs) == ["c", "d", "b", "a"])
    }

    @Test func aRingIsRefusedByName() {
        let specs: [ComponentSpec] = [
            .plain("a", [], on: ["b": .hard]), .plain("b", [], on: ["c": .soft]), .plain("c", [], on: ["b": .hard]),
        ]
        let fault = #expect(throws: Fault.self) { try ComponentOrder.sorted(specs) }
        #expect(fault?.message.contains("b -> c -> b") == true)
    }
}

@Suite struct ChangeKindTests {
    private let spec = ComponentSpec.plain(
        "c", [.bootstrap, .install, .startup, .run, .shutdown, .recover, .uninstall])

    private func kind(_ change: (inout ComponentSpec) -> Void) -> ChangeKind {
        var next = spec
        change(&next)
        return ChangeKind.between(spec, next)
    }

    @Test(
        arguments: [
            (.bootstrap, .reinstall), (.install, .reinstall), (.startup, .restart), (.run, .restart),
            (.shutdown, .same),
            (.recover, .same), (.uninstall, .same),
        ] as [(StepKind, ChangeKind)])
    func aStepChanges(_ step: StepKind, _ expected: ChangeKind) {
        #expect(kind { $0.steps[step]?.script = "another" } == expected)
        #expect(kind { $0.steps[step]?.timeout = 1 } == expected)
    }

    @Test func otherChanges() {
        #expect(kind { _ in } == .same)
        #expect(kind { $0.version = "1.0.1" } == .reinstall)
        #expect(kind { $0.user = "ggc_user" } == .reinstall)
        #expect(kind { $0.environment["A"] = "b" } == .restart)
        #expect(kind { $0.dependencies["x"] = .soft } == .restart)
        #expect(kind { $0.workFolder = "/elsewhere" } == .restart)
    }
}
