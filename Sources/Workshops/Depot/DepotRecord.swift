internal import Core
package import Crypto

/// Everything that must change together: what runs where, the deployment under way, and those that are over. One file holds it, replaced
/// as a whole, so that whatever a deployment does to several places is done in one instant. Pure: every change is a new value.
package struct DepotRecord: Hashable, Sendable {
    /// So many finished deployments are remembered, and so many groups.
    package static let historyMax = 50
    package static let groupsMax = 256
    private static let reasonCharactersMax = 1_000

    /// How far the deployment under way has come, as far as a power cut must not take it back.
    package enum Stage: Hashable, Sendable {
        /// Nothing has changed yet.
        case arriving
        /// The new ones are active and not yet proved; the node has started so many times since.
        case activated(restarts: Int)
        /// The last good ones are active again.
        case restored
    }

    package struct Running: Hashable, Sendable {
        package let deployment: Deployment
        package var stage: Stage
        /// Why it goes back, when it does.
        package var reason: String

        package init(deployment: Deployment, stage: Stage, reason: String = "") {
            self.deployment = deployment
            self.stage = stage
            self.reason = reason
        }
    }

    /// Counts the changes.
    package internal(set) var edition = 0
    package internal(set) var places: [Place: PlacePointers] = [:]
    package internal(set) var running: Running?
    /// The newest last.
    package internal(set) var history: [FinishedDeployment] = []
    /// When the newest deployment of a group was created.
    package internal(set) var groups: [String: UInt64] = [:]
    /// The places that the last deployment that succeeded was about: what an undo takes back. None after an undo: what
    /// was undone is not undone again.
    package internal(set) var undoable: [Place] = []

    package init() {}

    package subscript(_ place: Place) -> PlacePointers { places[place] ?? PlacePointers() }

    package func finished(_ id: String) -> FinishedDeployment? { history.last { $0.id == id } }

    /// When a deployment of the group is created that says nothing of it itself: now, and after the group's newest, so
    /// that a clock that was once ahead keeps nobody from the next one.
    package func creation(of group: String, wall: UInt64) -> UInt64 {
        guard let newest = groups[group], newest >= wall, newest < .max else { return wall }
        return newest + 1
    }

    /// Whatever is reachable from these may never be collected.
    package var roots: Set<SHA256Digest> {
        var roots = Set(places.values.flatMap(\.kept))
        for target in running?.deployment.targets ?? [] { if let digest = target.digest { roots.insert(digest) } }
        return roots
    }
}

/// The changes there are.
extension DepotRecord {
    mutating func admit(_ deployment: Deployment) {
        running = Running(deployment: deployment, stage: .arriving)
        for target in deployment.targets { change(target.place) { $0.candidate = target.digest } }
        note(deployment.group, deployment.created)
    }

    /// All places of the deployment in one stroke.
    mutating func activate() {
        guard let deployment = running?.deployment else { return }
        for target in deployment.targets { change(target.place) { $0.active = target.digest } }
        running?.stage = .activated(restarts: 0)
    }

    mutating func countRestart() {
        guard case .activated(let restarts) = running?.stage else { return }
        running?.stage = .activated(restarts: restarts + 1)
    }

    mutating func restore(reason: String) {
        guard let deployment = running?.deployment else { return }
        goBack(deployment)
        running?.stage = .restored
        running?.reason = Self.brief(reason)
    }

    /// The end, whatever it is: what is not committed in the same stroke never was.
    mutating func finish(_ result: DeploymentResult, reason: String, at wall: UInt64) {
        guard let deployment = running?.deployment else { return }
        switch result {
        case .succeeded:
            for place in deployment.places { change(place) { $0.commit(holdingReplaced: deployment.holdsReplaced) } }
            undoable = deployment.isUndo ? [] : deployment.places
        case .failedRollbackComplete, .failedUnableToRollback:
            goBack(deployment)
        case .failedNoStateChange, .failedRollbackNotRequested, .rejected, .canceled: break
        }
        for place in deployment.places { change(place) { $0.candidate = nil } }
        running = nil
        remember(FinishedDeployment(deployment, result, reason: Self.brief(reason), finished: wall))
    }

    /// One that never began.
    mutating func remember(_ finished: FinishedDeployment) {
        history.removeAll { $0.id == finished.id }
        history.append(finished)
        history.removeFirst(max(0, history.count - Self.historyMax))
    }

    mutating func release(_ digest: SHA256Digest, in place: Place) { change(place) { $0.release(digest) } }

    private static func brief(_ reason: String) -> String { String(reason.prefix(reasonCharactersMax)) }

    private mutating func goBack(_ deployment: Deployment) {
        for target in deployment.targets {
            change(target.place) { pointers in
                if let failed = target.digest, failed != pointers.good { pointers.hold(failed) }
                pointers.active = pointers.good
            }
        }
    }

    private mutating func change(_ place: Place, _ body: (inout PlacePointers) -> Void) {
        var pointers = self[place]
        body(&pointers)
        places[place] = pointers.isEmpty ? nil : pointers
    }

    private mutating func note(_ group: String, _ created: UInt64) {
        groups[group] = created
        while groups.count > Self.groupsMax, let oldest = groups.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            groups[oldest.key] = nil
        }
    }
}
