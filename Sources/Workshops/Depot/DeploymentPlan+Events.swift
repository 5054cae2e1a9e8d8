package import Core

extension DeploymentPlan {
    /// A late or repeated event, one that does not belong to the phase, changes nothing.
    package mutating func handle(_ event: Event, at now: Instant) {
        notBefore = nil
        switch event {
        case .done: advance(now)
        case .progressed: backOff.reset()
        case .healthy: proved()
        case .notYet: pause(Self.patience, now)
        case .interrupted(let why): interrupted(why, now)
        case .deferred(let nanoseconds): pause(nanoseconds, now)
        case .failed(let why): failed(why, now)
        case .unhealthy(let why), .triggered(let why): sick(why)
        case .cancel:
            if canBeCancelled { finish(.canceled, "cancelled before anything had changed") }
        }
    }

    /// What was to be done has been done.
    private mutating func advance(_ now: Instant) {
        backOff.reset()
        switch phase {
        case .fetching: enter(.verifying)
        case .verifying: enter(.staging, for: deployment.limits.staging, now)
        case .staging:
            switch deployment.updatePolicy {
            case .notify(let nanoseconds): enter(.asking, for: nanoseconds, now)
            case .skip: enter(.turning)
            }
        case .asking: enter(.turning)
        case .turning, .counting: enter(.activating(0), for: deployment.limits.proving, now)
        case .activating(let place):
            phase = place + 1 < deployment.targets.count ? .activating(place + 1) : .proving
        case .turningBack: enter(.restoring(0), for: deployment.limits.restoring, now)
        case .restoring(let place): restored(place)
        case .finishing(let result): enter(.done(result))
        case .proving, .reproving, .done: break
        }
    }

    private mutating func proved() {
        switch phase {
        case .proving: finish(.succeeded, "")
        case .reproving: finish(isStuck ? .failedUnableToRollback : .failedRollbackComplete, reason)
        default: break
        }
    }

    /// The disk, an activation or a check says no.
    private mutating func failed(_ why: String, _ now: Instant) {
        switch phase {
        case .fetching, .verifying, .staging, .turning: finish(.failedNoStateChange, why)
        // Nobody there to ask, nobody to mind.
        case .asking: enter(.turning)
        case .activating, .proving, .counting: sick(why)
        // A record that cannot be written must not keep the last good ones from running: it is written at the end.
        case .turningBack: enter(.restoring(0), for: deployment.limits.restoring, now)
        case .restoring(let place):
            stuck(why)
            restored(place)
        case .reproving: sick(why)
        case .finishing: pause(backOff.next(), now)
        case .done: break
        }
    }

    /// What runs is not good enough.
    private mutating func sick(_ why: String) {
        switch phase {
        case .activating, .proving, .counting: giveUp(why)
        case .reproving:
            stuck(why)
            finish(.failedUnableToRollback, reason)
        // Healthy a moment ago, and its commit not yet written: the commit loses.
        case .finishing(.succeeded): giveUp(why)
        default: break
        }
    }

    mutating func giveUp(_ why: String) {
        switch deployment.failurePolicy {
        case .rollback:
            reason = why
            enter(.turningBack)
        case .doNothing: finish(.failedRollbackNotRequested, why)
        }
    }

    private mutating func stuck(_ why: String) {
        isStuck = true
        reason += "; the way back: \(why)"
    }

    private mutating func restored(_ place: Int) {
        guard place + 1 == lastGood.count else {
            phase = .restoring(place + 1)
            return
        }
        phase = .reproving
    }

    /// A pause, but never beyond the deadline; at the deadline the phase is over.
    private mutating func pause(_ nanoseconds: UInt64, _ now: Instant) {
        guard let deadline, now >= deadline else {
            notBefore = min(now.advanced(by: nanoseconds), deadline ?? .distantFuture)
            return
        }
        switch phase {
        // No answer is no objection.
        case .asking: enter(.turning)
        case .staging: finish(.failedNoStateChange, late("ready", deployment.limits.staging))
        case .activating, .proving: giveUp(late("healthy", deployment.limits.proving))
        case .restoring(let place):
            stuck(late("back", deployment.limits.restoring))
            restored(place)
        case .reproving: sick(late("healthy again", deployment.limits.restoring))
        default: notBefore = now.advanced(by: nanoseconds)
        }
    }

    /// Only a fetch may wait for ever: everything else has its time.
    private mutating func interrupted(_ why: String, _ now: Instant) {
        guard phase == .fetching else { return failed(why, now) }
        reason = why
        pause(backOff.next(), now)
    }

    private mutating func finish(_ result: DeploymentResult, _ why: String) {
        reason = why
        enter(.finishing(result))
    }

    private mutating func enter(_ phase: Phase) {
        self.phase = phase
        deadline = nil
    }

    private mutating func enter(_ phase: Phase, for nanoseconds: UInt64, _ now: Instant) {
        self.phase = phase
        deadline = now.advanced(by: nanoseconds)
    }

    private func late(_ what: String, _ nanoseconds: UInt64) -> String {
        "not \(what) within \(nanoseconds / Span64.second) s"
    }
}
