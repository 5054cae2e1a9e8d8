import Components
import Core
internal import Process
import Testing

/// The same numbers for the same seed, so that a failure can be looked into.
private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

/// A world around one life that does whatever may happen, in any order.
private struct RandomWorld {
    var life: ComponentLife
    var now = Instant(nanoseconds: 1)
    /// Steps whose first process runs.
    var alive: [UInt64: StepKind] = [:]
    /// Spawned and not yet heard of.
    var fresh: [UInt64: StepKind] = [:]
    var isSweeping = false
    var complaint: String?
    var dice: Dice

    init(seed: UInt64) {
        var dice = Dice(state: seed)
        let kinds = StepKind.allCases.filter { _ in Bool.random(using: &dice) }
        self.dice = dice
        life = ComponentLife(.plain("c", kinds, timeouts: [.run: 100]))
        life.mayStart = true
        take(life.proceed(now))
    }

    mutating func take(_ actions: [ComponentLife.Action]) {
        for action in actions {
            switch action {
            case .spawn(let kind, let number):
                if isSweeping { complaint = "\(kind) is spawned while everything is being ended" }
                // A shutdown runs beside what it is to end, and nothing else beside anything.
                let ends: [StepKind] = kind == .shutdown ? [.startup, .run] : []
                let others = (Array(alive.values) + Array(fresh.values)).filter { !ends.contains($0) }
                if !others.isEmpty { complaint = "\(kind) is spawned beside \(others)" }
                fresh[number] = kind
            case .sweep: isSweeping = true
            case .forget, .tell, .request: break
            }
        }
        if let wakes = life.wakesAt, wakes <= now { complaint = "it wants to wake up for nothing, in \(life.state)" }
    }

    /// Something that may happen now.
    mutating func happen() {
        switch Int.random(in: 0..<12, using: &dice) {
        case 0: take(life.obey(.restart, now: now))
        case 1: take(life.obey(.stop, now: now))
        case 2: take(life.obey(.start, now: now))
        case 3: take(life.obey(.reinstall, now: now))
        case 4: take(life.become(.plain("c", [.install, .run, .shutdown], version: "2.0.0"), .reinstall, now: now))
        case 5:
            let report = [ComponentState.running, .errored, .finished].randomElement(using: &dice) ?? .errored
            take(life.handle(.reported(report), now: now))
        case 6: take(life.followDependency(now: now))
        case 7:
            life.mayStart.toggle()
            take(life.proceed(now))
        default: answer()
        }
        // How a life goes on when its sweep is not answered in time is another test's.
        let seconds = isSweeping ? 0 : UInt64.random(in: 0...20, using: &dice)
        now = now.advanced(by: seconds * Span64.second)
        take(life.proceed(now))
    }

    /// The world's next answer to what it was asked to do.
    mutating func answer() {
        if isSweeping {
            isSweeping = false
            alive = [:]
            fresh = [:]
            take(life.handle(.swept, now: now))
        } else if let (number, kind) = fresh.min(by: { $0.key < $1.key }) {
            fresh[number] = nil
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: take(life.handle(.skipped(number), now: now))
            case 1: take(life.handle(.failed(number, reason: "no"), now: now))
            default:
                alive[number] = kind
                take(life.handle(.started(number), now: now))
            }
        } else if let number = alive.keys.min() {
            alive[number] = nil
            let code: Int32 = [0, 0, 1, 100].randomElement(using: &dice) ?? 0
            take(life.handle(.exited(number, .code(code)), now: now))
        }
    }

    /// Only answers from here on, and time.
    mutating func settle() {
        for _ in 0..<40 {
            answer()
            now = now.advanced(by: isSweeping ? 0 : Span64.second)
            take(life.proceed(now))
        }
    }
}

/// [component-life] Whatever comes in whatever order: nothing runs beside what it must not, and a stop is a stop.
@Suite struct RandomLifeTests {
    @Test(arguments: 0..<40 as Range<UInt64>) func holdsItsRules(_ batch: UInt64) {
        for seed in batch * 50..<batch * 50 + 50 {
            var world = RandomWorld(seed: seed)
            for _ in 0..<120 where world.complaint == nil { world.happen() }
            #expect(world.complaint == nil, "seed \(seed)")
            world.take(world.life.obey(.stop, now: world.now))
            world.settle()
            #expect(world.life.isDown && world.alive.isEmpty, "seed \(seed) ends in \(world.life.state)")
            world.take(world.life.obey(.remove, now: world.now))
            world.settle()
            #expect(world.life.isGone && world.complaint == nil, "seed \(seed) ends in \(world.life.state)")
        }
    }
}
