package import Core
package import Process

/// What one component does next. Pure: no clock, no process; the house tells it what happened and does what it says.
///
/// At most one step is in progress (`Phase.step`); beside it, the process of `run` goes on (`main`). Whatever interrupts, an
/// error as well as an order, goes through a sweep: all processes of the component end before anything else begins.
package struct ComponentLife: Sendable {
    package enum Action: Hashable, Sendable {
        /// Start a step; everything that comes of it is told with its number.
        case spawn(StepKind, number: UInt64)
        /// End all processes of the component, those that do not go within `grace` nanoseconds by force; then say `swept`.
        case sweep(grace: UInt64)
        /// It is to be installed anew, whatever was done before.
        case forget
        case tell(ComponentState, reason: String)
        /// Its bootstrap asks for this before it goes on.
        case request(NodeRequest)
    }

    package enum Event: Hashable, Sendable {
        case started(UInt64)
        case skipped(UInt64)
        /// Could not be started, or not decided whether to.
        case failed(UInt64, reason: String)
        case exited(UInt64, StepEnd)
        case swept
        /// The component says of itself where it is.
        case reported(ComponentState)
    }

    package enum Order: Hashable, Sendable {
        case start, stop, remove, restart, reinstall
        /// Goes on after a bootstrap that asked for something.
        case goOn
    }

    enum Phase: Hashable, Sendable {
        case idle
        case step(StepKind, number: UInt64, deadline: Instant)
        /// `isHalt`: it was interrupted, and does not simply go on afterwards.
        case sweeping(until: Instant, isHalt: Bool)
        /// After a bootstrap that asked for a restart.
        case held
    }

    struct Main: Hashable, Sendable { let number: UInt64; let deadline: Instant }
    enum Wish: Hashable, Sendable { case up, down, gone }
    enum Renewal: Int, Hashable, Sendable { case restart, reinstall }

    package static let shortestPause = Span64.second / 2
    package static let longestPause = 60 * Span64.second
    /// For processes of a step that failed or was too slow.
    static let briefGrace = Span64.second / 2
    /// How much longer than its grace a sweep is waited for: the kernel may hold a process that is to die.
    static let sweepPatience = 5 * Span64.second

    package internal(set) var spec: ComponentSpec
    package internal(set) var state = ComponentState.new
    package internal(set) var reason = ""
    /// Whether what it hard-depends on is there.
    package var mayStart = false
    /// Whether everyone who depends on it, and is to stop as well, has stopped.
    package var mayStop = true

    var phase = Phase.idle
    var main: Main?
    var wish = Wish.up
    var renewal: Renewal?
    var successor: ComponentSpec?
    var errors = ErrorHistory()
    var backOff = BackOff(shortest: Self.shortestPause, longest: Self.longestPause)
    /// No new attempt before.
    var notBefore = Instant(nanoseconds: 0)
    /// Steps that are still due before a new attempt.
    var mending: [StepKind] = []
    var failedIn = ComponentState.new
    var isBootstrapped = false
    /// Something may be there that its uninstall removes.
    var mayNeedUninstall = false
    /// Something was started that its shutdown ends.
    var mayNeedShutdown = false
    var spawned: UInt64 = 0
    var actions: [Action] = []

    package init(_ spec: ComponentSpec) { self.spec = spec }

    /// What it does after `event`.
    package mutating func handle(_ event: Event, now: Instant) -> [Action] {
        switch event {
        case .started(let number): started(number)
        case .skipped(let number): skipped(number, now)
        case .failed(let number, let reason): failed(number, reason, now)
        case .exited(let number, let end): exited(number, end, now)
        case .swept: swept(now)
        case .reported(let state): reported(state, now)
        }
        return proceed(now)
    }

    package mutating func obey(_ order: Order, now: Instant) -> [Action] {
        switch order {
        case .start:
            guard wish == .down else { break }
            wish = .up
            if state == .finished { renew(.restart) }
            isStopped = false
        case .stop: if wish == .up { wish = .down }
        case .remove: wish = .gone
        case .restart, .reinstall:
            guard wish != .gone, order == .reinstall || state != .broken else { break }
            wish = .up
            renew(order == .reinstall ? .reinstall : .restart)
        case .goOn: if phase == .held { phase = .idle }
        }
        return proceed(now)
    }

    /// Puts another spec in its place. The old one's shutdown ends it; what it needs afterwards depends on what differs.
    package mutating func become(_ next: ComponentSpec, _ kind: ChangeKind, now: Instant) -> [Action] {
        wish = .up
        switch kind {
        case .reinstall, .new: renew(.reinstall)
        case .restart: renew(state == .broken ? .reinstall : .restart)
        case .same:
            if state == .broken { renew(.reinstall) }
            if state == .finished, isStopped { renew(.restart) }
        case .removed: break
        }
        if renewal == nil { spec = next } else { successor = next }
        return proceed(now)
    }

    /// Something it hard-depends on failed or starts anew.
    package mutating func followDependency(now: Instant) -> [Action] {
        guard state == .starting || state == .running else { return [] }
        renew(.restart)
        return proceed(now)
    }

    /// Time has passed, or a dependency has changed.
    package mutating func proceed(_ now: Instant) -> [Action] {
        expire(now)
        if mustHalt { halt(now) }
        advance(now)
        defer { actions = [] }
        return actions
    }

    /// When time alone will change something.
    package var wakesAt: Instant? {
        var soonest = state == .running ? main?.deadline ?? .distantFuture : .distantFuture
        switch phase {
        case .step(_, _, let deadline): soonest = min(soonest, deadline)
        case .sweeping(let until, _): soonest = min(soonest, until)
        case .idle: if state == .errored, mending.isEmpty, wish == .up { soonest = min(soonest, notBefore) }
        case .held: break
        }
        return soonest == .distantFuture ? nil : soonest
    }

    /// Nothing of it runs, and nothing will by itself.
    package var isDown: Bool { wish != .up && phase == .idle && renewal == nil && isStopped }

    package var isGoingDown: Bool { wish != .up }
    package var isGoingAway: Bool { wish == .gone }
    /// What it is, or is about to become.
    package var latestSpec: ComponentSpec { successor ?? spec }
    package var isGone: Bool { state == .uninstalled }
    /// Its last halt is complete and nothing was started since.
    var isStopped = false
}
