package import Core

/// Decides what a deployment does next. Pure: no disk, no process, and no clock but the instants it is given.
///
///     fetch ─ verify ─ stage ─ ask ─ keep(activate) ─ activate… ─ probe ─ keep(finish SUCCEEDED)
///       └───────┴────────┴──────┴─────── keep(finish FAILED_NO_STATE_CHANGE, CANCELED)
///                    not healthy in time: keep(restore) ─ activate the last good… ─ probe ─ keep(finish …)
///
/// `next` says what to do, and says the same until it is told how that went: every step can be repeated, so that a plan made from the
/// record after a power cut goes on where the record says, whatever had happened of the step under way.
package struct DeploymentPlan: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        case fetching, verifying, staging
        /// Those who run are asked whether it suits them.
        case asking
        /// The record is about to say that the new ones are active: the last moment to turn round without a trace.
        case turning
        /// The node has started again in the middle; the record is about to say how often.
        case counting
        /// The place with this number.
        case activating(Int)
        case proving
        /// The record is about to say that the last good ones are active.
        case turningBack
        case restoring(Int)
        case reproving
        case finishing(DeploymentResult)
        case done(DeploymentResult)
    }

    /// A change of the record.
    package enum Move: Hashable, Sendable {
        case activate
        case countRestart
        case restore(reason: String)
        case finish(DeploymentResult, reason: String)
    }

    package enum Action: Hashable, Sendable {
        case fetch
        case verify
        case stage
        case ask
        case keep(Move)
        case activate(Target)
        case probe([Place])
        case wait(until: Instant)
        case nothing(DeploymentResult)
    }

    /// How the action went, or what came from outside.
    package enum Event: Hashable, Sendable {
        case done
        /// Some of it: there is more of the same to do at once.
        case progressed
        /// It goes on; ask again soon.
        case notYet
        /// It did not work this time, and may another: a link is down.
        case interrupted(String)
        case failed(String)
        /// Those who were asked want this much time.
        case deferred(nanoseconds: UInt64)
        case healthy
        case unhealthy(String)
        /// Something that watches the line wants the way back.
        case triggered(String)
        case cancel
    }

    static let patience = 50 * Span64.millisecond

    package let deployment: Deployment
    /// Where each of its places goes back to.
    package let lastGood: [Target]
    package internal(set) var phase: Phase
    /// Why it fails, or what it waits for.
    package internal(set) var reason = ""
    /// When a pause is over.
    var notBefore: Instant?
    /// When the part under way has taken too long.
    var deadline: Instant?
    var backOff = BackOff(shortest: 100 * Span64.millisecond, longest: 60 * Span64.second)
    /// A place could not be put back.
    var isStuck = false

    /// One that has just been admitted, or what the record tells of one after a start.
    package init(_ running: DepotRecord.Running, lastGood: [Target]) {
        deployment = running.deployment
        self.lastGood = lastGood
        reason = running.reason
        switch running.stage {
        case .arriving: phase = .fetching
        case .activated(let restarts): phase = .counting; countRestart(restarts + 1)
        case .restored: phase = .restoring(0)
        }
    }

    private mutating func countRestart(_ restarts: Int) {
        guard restarts >= deployment.limits.restarts else { return }
        giveUp("the node was started \(restarts) times before this was committed")
    }

    /// What was active when the node stopped is this plan's business, not that of the node's start.
    package var bringsBack: Bool {
        switch phase {
        case .counting, .turningBack, .restoring: true
        default: false
        }
    }

    /// It sees to its places itself: nobody else activates anything there.
    package var changesPlaces: Bool {
        switch phase {
        case .fetching, .verifying, .staging, .asking, .finishing, .done: false
        default: true
        }
    }

    package var isOver: Bool { if case .done = phase { true } else { false } }

    /// Until when "cancel" is heard.
    package var canBeCancelled: Bool { [.fetching, .verifying, .staging, .asking].contains(phase) }

    package func next(at now: Instant) -> Action {
        if let notBefore, now < notBefore { return .wait(until: notBefore) }
        switch phase {
        case .fetching: return .fetch
        case .verifying: return .verify
        case .staging: return .stage
        case .asking: return .ask
        case .turning: return .keep(.activate)
        case .counting: return .keep(.countRestart)
        case .activating(let place): return .activate(deployment.targets[place])
        case .proving: return .probe(deployment.targets.filter { $0.digest != nil }.map(\.place))
        case .turningBack: return .keep(.restore(reason: reason))
        case .restoring(let place): return .activate(lastGood[place])
        case .reproving: return .probe(lastGood.filter { $0.digest != nil }.map(\.place))
        case .finishing(let result): return .keep(.finish(result, reason: reason))
        case .done(let result): return .nothing(result)
        }
    }
}
