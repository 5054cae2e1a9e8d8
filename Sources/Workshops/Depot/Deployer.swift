package import Core
package import Crypto
internal import Synchronization

/// Carries out what `DeploymentPlan` decides, one step a turn, and keeps the journal: before anything changes, the record says so.
///
/// Concurrency: one thread owns it and turns it. `cancellation` may be asked from any.
package final class Deployer {
    package enum Turn: Hashable, Sendable {
        /// There is more to do at once.
        case again
        case wait(until: Instant)
        case idle
    }

    /// What became of a deployment that was handed in.
    package enum Answer: Hashable, Sendable {
        case accepted
        /// Over already: handed in twice, or refused now.
        case over(FinishedDeployment)
    }

    package let depot: Depot
    package let cancellation = Cancellation()
    let activator: any Activator
    let source: any BlobSource
    /// Milliseconds since 1970.
    let wall: () -> UInt64
    private let log: (String) -> Void
    package private(set) var plan: DeploymentPlan?
    var fetching = Fetching()
    /// A collection is due: always after a start, since one may have been cut short.
    private var hasLitter = true

    package init(
        _ depot: Depot, activator: any Activator, source: any BlobSource,
        wall: @escaping () -> UInt64 = { WallClock.milliseconds }, log: @escaping (String) -> Void = Log.line
    ) {
        self.log = log
        self.depot = depot
        self.activator = activator
        self.source = source
        self.wall = wall
        plan = depot.record.running.map { DeploymentPlan($0, lastGood: Self.lastGood($0.deployment, in: depot.record)) }
    }

    private static func lastGood(_ deployment: Deployment, in record: DepotRecord) -> [Target] {
        deployment.places.map { Target($0, record[$0].good) }
    }

    /// What has to run at once after a start, before the first turn: everything but what the plan is about to activate itself.
    package var standing: [Target] {
        let busy = plan.map { Set($0.bringsBack ? $0.deployment.places : []) } ?? []
        return depot.record.places.keys.sorted().filter { !busy.contains($0) }
            .compactMap { place in depot.record[place].active.map { Target(place, $0) } }
    }

    /// Takes a deployment with the documents that its targets name. Afterwards it is in the journal: it ends, whatever happens.
    package func submit(_ deployment: Deployment, documents: [[UInt8]]) throws(Fault) -> Answer {
        if let finished = depot.record.finished(deployment.id) { return .over(finished) }
        if let running = depot.record.running?.deployment {
            guard running.id != deployment.id else { return .accepted }
            throw Fault(
                .busy, "deployment \(running.id) is under way", hint: "wait until it is over, or cancel it first")
        }
        if let newest = depot.record.groups[deployment.group], deployment.created < newest {
            return .over(refuse(deployment, .rejected, "a newer deployment of \(deployment.group) was taken before"))
        }
        do throws(Fault) {
            try admit(deployment, documents)
            return .accepted
        } catch {
            // Documents without a deployment are nobody's.
            hasLitter = true
            return .over(refuse(deployment, .failedNoStateChange, "\(error)"))
        }
    }

    private func admit(_ deployment: Deployment, _ documents: [[UInt8]]) throws(Fault) {
        for target in deployment.targets { try checkHeld(target, deployment) }
        try depot.admission(of: documents).check()
        var kept: Set<SHA256Digest> = []
        for document in documents { kept.insert(try depot.put(document)) }
        for target in deployment.targets {
            guard let digest = target.digest, !kept.contains(digest), !depot.holds(digest) else { continue }
            throw Fault(.notFound, "the document \(digest) for \(target.place) did not come with the deployment")
        }
        try depot.keep { $0.admit(deployment) }
        guard let running = depot.record.running else { return }
        plan = DeploymentPlan(running, lastGood: Self.lastGood(deployment, in: depot.record))
        fetching = Fetching()
        cancellation.clear()
    }

    private func checkHeld(_ target: Target, _ deployment: Deployment) throws(Fault) {
        guard let digest = target.digest, !deployment.takesHeld, depot.record[target.place].held.contains(digest) else {
            return
        }
        throw Fault(
            .invalid, "release \(digest) was rolled back on \(target.place) before and is held",
            hint: "find out why it failed; then release it, or deploy it with the hold set aside")
    }

    private func refuse(_ deployment: Deployment, _ result: DeploymentResult, _ reason: String) -> FinishedDeployment {
        let finished = FinishedDeployment(deployment, result, reason: reason, finished: wall())
        // Refused is refused, whether or not it can be remembered.
        try? depot.keep { $0.remember(finished) }
        return finished
    }

    /// A person has found out why a release failed: it may come again.
    package func release(_ digest: SHA256Digest, in place: Place) throws(Fault) {
        try depot.keep { $0.release(digest, in: place) }
    }

    /// Something that watches the line wants the last good ones back. False when nothing is on probation.
    package func trigger(_ reason: String, now: Instant) -> Bool {
        guard let phase = plan?.phase else { return false }
        plan?.handle(.triggered(reason), at: now)
        return plan?.phase != phase
    }

    /// Does the next thing.
    package func turn(now: Instant) -> Turn {
        guard var plan else { return sweep() }
        if cancellation.isAsked {
            if plan.canBeCancelled { plan.handle(.cancel, at: now) }
            cancellation.clear()
        }
        let action = plan.next(at: now)
        if case .wait(let until) = action {
            self.plan = plan
            return .wait(until: until)
        }
        let event = perform(action, plan)
        plan.handle(event, at: now)
        self.plan = plan
        if case .done(let result) = plan.phase { settle(result) }
        return .again
    }

    /// The node ends: what has come of a fetch under way is worth keeping.
    package func close() {
        do throws(Fault) { try fetching.pause() } catch { log("what was being fetched is not kept: \(error)") }
    }

    private func settle(_ result: DeploymentResult) {
        let id = plan?.deployment.id ?? ""
        plan = nil
        fetching = Fetching()
        hasLitter = true
        if let finished = depot.record.finished(id) { activator.settled(finished) }
    }

    private func sweep() -> Turn {
        guard hasLitter else { return .idle }
        hasLitter = false
        do throws(Fault) { _ = try depot.collect() } catch { log("what is not needed any more stays: \(error)") }
        return .again
    }
}

/// Asks a deployment to stop, from any thread. It is heard as long as nothing has changed.
package final class Cancellation: Sendable {
    private let asked = Atomic(false)

    package func ask() { asked.store(true, ordering: .releasing) }
    package var isAsked: Bool { asked.load(ordering: .acquiring) }
    func clear() { asked.store(false, ordering: .releasing) }
}
