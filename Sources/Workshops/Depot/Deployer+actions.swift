internal import Core

extension Deployer {
    /// Does one thing and says how it went.
    func perform(_ action: DeploymentPlan.Action, _ plan: DeploymentPlan) -> DeploymentPlan.Event {
        do throws(Fault) {
            switch action {
            case .fetch: return try fetch(plan.deployment)
            case .verify: return try verify(plan.deployment)
            case .stage: return try stage(plan.deployment)
            case .ask: return try ask(plan.deployment)
            case .keep(let move):
                try keep(move)
                return .done
            case .activate(let target): return event(try activator.activate(target, in: depot))
            case .probe(let places): return try probe(places)
            case .wait, .nothing: return .notYet
            }
        } catch {
            return [.unavailable, .timeout].contains(error.code) ? .interrupted("\(error)") : .failed("\(error)")
        }
    }

    private func fetch(_ deployment: Deployment) throws(Fault) -> DeploymentPlan.Event {
        let isCancelled = { [cancellation] in cancellation.isAsked }
        return switch try fetching.turn(deployment, into: depot, from: source, until: isCancelled) {
        case .progressed: .progressed
        case .notYet: .notYet
        case .done: .done
        }
    }

    /// Every document can be read, everything it refers to is here, and whoever will run it agrees.
    private func verify(_ deployment: Deployment) throws(Fault) -> DeploymentPlan.Event {
        for target in deployment.targets {
            guard let digest = target.digest else { continue }
            for blob in try depot.needs(of: digest) where depot.length(of: blob.digest) != blob.length {
                throw Fault(.damaged, "blob \(blob.digest) is missing or not \(blob.length) bytes long")
            }
            try activator.verify(target, in: depot)
        }
        return .done
    }

    private func stage(_ deployment: Deployment) throws(Fault) -> DeploymentPlan.Event {
        for target in deployment.targets where target.digest != nil {
            guard try activator.stage(target, in: depot) == .done else { return .notYet }
        }
        return .done
    }

    private func ask(_ deployment: Deployment) throws(Fault) -> DeploymentPlan.Event {
        switch try activator.quiesce(deployment.places) {
        case .granted: .done
        case .notYet: .notYet
        case .deferred(let nanoseconds): .deferred(nanoseconds: nanoseconds)
        }
    }

    private func keep(_ move: DeploymentPlan.Move) throws(Fault) {
        let wall = wall()
        try depot.keep { record in
            switch move {
            case .activate: record.activate()
            case .countRestart: record.countRestart()
            case .restore(let reason): record.restore(reason: reason)
            case .finish(let result, let reason): record.finish(result, reason: reason, at: wall)
            }
        }
    }

    /// The sickest speaks for all.
    private func probe(_ places: [Place]) throws(Fault) -> DeploymentPlan.Event {
        var isWaiting = false
        for place in places {
            switch try activator.health(of: place) {
            case .healthy: continue
            case .notYet: isWaiting = true
            case .unhealthy(let why): return .unhealthy("\(place): \(why)")
            }
        }
        return isWaiting ? .notYet : .healthy
    }

    private func event(_ progress: Progress) -> DeploymentPlan.Event { progress == .done ? .done : .notYet }
}
