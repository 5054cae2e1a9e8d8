import Components
import Core
import Process

/// A life with a clock in the test's hand: what it wants done is noted, and answered by the test.
struct LifeBench {
    typealias Action = ComponentLife.Action

    private(set) var life: ComponentLife
    private(set) var now = Instant(nanoseconds: 1_000 * Span64.second)
    /// The states that were told, in order.
    private(set) var told: [ComponentState] = []
    /// What it asked for and has not been answered.
    private(set) var pending: [Action] = []
    private(set) var requests: [NodeRequest] = []
    private(set) var forgets = 0

    init(_ steps: StepKind..., version: String = "1.0.0", timeouts: [StepKind: Double] = [:]) {
        life = ComponentLife(.plain("c", steps, version: version, timeouts: timeouts))
        life.mayStart = true
        take(life.proceed(now))
    }

    private mutating func take(_ actions: [Action]) {
        for action in actions {
            switch action {
            case .tell(let state, _): told.append(state)
            case .request(let request): requests.append(request)
            case .forget: forgets += 1
            case .spawn, .sweep: pending.append(action)
            }
        }
    }

    /// The step it waits for, if it is one.
    var step: StepKind? { pending.compactMap { if case .spawn(let kind, _) = $0 { kind } else { nil } }.last }
    var sweepGrace: UInt64? { pending.compactMap { if case .sweep(let grace) = $0 { grace } else { nil } }.last }
    private var number: UInt64 {
        pending.compactMap { if case .spawn(_, let number) = $0 { number } else { nil } }.last ?? 0
    }
    private(set) var main: UInt64 = 0

    /// What is told to be started is; a step that was begun is in progress until `ends`.
    mutating func begins() {
        let number = number
        if step == .run { main = number }
        take(life.handle(.started(number), now: now))
    }

    mutating func ends(_ code: Int32 = 0) {
        let number = number
        pending.removeAll { if case .spawn = $0 { true } else { false } }
        take(life.handle(.exited(number, .code(code)), now: now))
    }

    mutating func skips() {
        let number = number
        pending.removeAll { if case .spawn = $0 { true } else { false } }
        take(life.handle(.skipped(number), now: now))
    }

    mutating func cannotStart(_ reason: String = "no") {
        let number = number
        pending.removeAll { if case .spawn = $0 { true } else { false } }
        take(life.handle(.failed(number, reason: reason), now: now))
    }

    /// The process of `run` ends.
    mutating func mainEnds(_ code: Int32) {
        pending.removeAll { if case .spawn(.run, _) = $0 { true } else { false } }
        take(life.handle(.exited(main, .code(code)), now: now))
    }

    mutating func sweeps() {
        pending.removeAll { if case .sweep = $0 { true } else { false } }
        // Whatever ran is gone with it.
        pending.removeAll { if case .spawn(.run, _) = $0 { true } else { false } }
        take(life.handle(.swept, now: now))
    }

    mutating func reports(_ state: ComponentState) { take(life.handle(.reported(state), now: now)) }
    mutating func obey(_ order: ComponentLife.Order) { take(life.obey(order, now: now)) }
    mutating func become(_ spec: ComponentSpec, _ kind: ChangeKind) { take(life.become(spec, kind, now: now)) }
    mutating func dependencyIsLost() {
        life.mayStart = false
        take(life.followDependency(now: now))
    }

    mutating func passes(_ seconds: Double) {
        now = now.advanced(by: Span64.seconds(seconds))
        take(life.proceed(now))
    }

    mutating func mayStart(_ may: Bool) {
        life.mayStart = may
        take(life.proceed(now))
    }

    /// Drops a step that was interrupted and will never be heard of again.
    mutating func dropStep() { pending.removeAll { if case .spawn = $0 { true } else { false } } }
}

extension ComponentSpec {
    static func plain(
        _ name: String, _ steps: [StepKind], version: String = "1.0.0", timeouts: [StepKind: Double] = [:],
        on dependencies: [String: DependencyKind] = [:]
    ) -> ComponentSpec {
        var list: [StepKind: StepSpec] = [:]
        for kind in steps { list[kind] = StepSpec("\(kind)", timeout: timeouts[kind].map { Span64.seconds($0) }) }
        return ComponentSpec(
            name: name, version: version, steps: list, dependencies: dependencies, workFolder: "/w", logFile: "/l")
    }
}
