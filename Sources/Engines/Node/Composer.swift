internal import Core
internal import Crypto
internal import Depot
internal import Recipes

/// From what somebody wants to what the depot deploys: every file known by its bytes before anything is fetched.
struct Composer {
    let activator: NodeActivator
    let depot: Depot
    let node: NodeFacts
    let proving: UInt64
    let releases: ReleaseShelf
    let length: (String) throws(Fault) -> Int

    /// A station's release may take its time to prove itself: the line decides how fast parts come.
    private static let stationProving = 365 * 86_400 * Span64.second
    private static let stationRestarts = 20

    static func limits(of targets: [Target], proving: UInt64) -> Deployment.Limits {
        var limits = Deployment.Limits()
        limits.proving = proving
        guard targets.contains(where: { $0.place != .components }) else { return limits }
        limits.proving = stationProving
        limits.restarts = stationRestarts
        return limits
    }

    struct Composed {
        let deployment: Deployment
        let documents: [[UInt8]]
        let origins: Origins
        let plan: GenerationPlan?
        /// What each station would change to.
        let stations: [(name: String, from: SHA256Digest?, to: SHA256Digest, index: ReleaseIndex)]
    }

    func compose(_ order: DeploymentOrder, wall: UInt64) throws(Fault) -> Composed {
        let document = try DeploymentDocument(order.document)
        let created =
            document.created.map(UInt64.init) ?? depot.record.creation(of: document.group, wall: wall)
        var targets: [Target] = []
        var documents: [[UInt8]] = []
        var origins = Origins()
        var plan: GenerationPlan?
        if document.components != nil {
            let made = try generation(document, order, created: Int(clamping: created))
            targets.append(Target(.components, SHA256.digest(of: made.generation.bytes)))
            documents += made.documents
            origins.add(made.origins)
            plan = made
        }
        var stations: [(name: String, from: SHA256Digest?, to: SHA256Digest, index: ReleaseIndex)] = []
        for (name, release) in document.stations.sorted(by: { $0.key < $1.key }) {
            let place = try Place.station(name)
            guard activator.stations[name] != nil else {
                throw Fault(
                    .notFound, "there is no station '\(name)' on this node",
                    hint:
                        "it has \(activator.stations.keys.sorted().joined(separator: ", ")); its configuration lists them"
                )
            }
            let found = try releases.find(release)
            targets.append(Target(place, found.digest))
            documents.append(found.index)
            origins.add(found.origins)
            stations.append((name, depot.record[place].active, found.digest, try ReleaseIndex(found.index)))
        }
        var deployment = try Deployment(
            id: document.id ?? Self.freshID(wall), group: document.group, created: created, targets: targets)
        deployment.failurePolicy = document.goesBack ? .rollback : .doNothing
        deployment.updatePolicy = document.asks.map { .notify(nanoseconds: $0) } ?? .skip
        deployment.takesHeld = document.takesHeld
        deployment.limits = Self.limits(of: targets, proving: proving)
        return Composed(
            deployment: deployment, documents: documents, origins: origins, plan: plan, stations: stations)
    }

    private func generation(
        _ document: DeploymentDocument, _ order: DeploymentOrder, created: Int
    ) throws(Fault) -> GenerationPlan {
        let active = try activator.generation(depot.record[.components].active, in: depot)
        var shelf = try RecipeShelf(order.recipes)
        try shelf.add(active, in: depot)
        return try GenerationPlan(
            document, active: active, shelf: shelf,
            hunt: ArtifactHunt(folder: order.artifacts, shelf: order.shelf, length: length),
            node: node, memberships: order.memberships, created: created)
    }

    /// Unlike any other on this node, and in the order of time.
    private static func freshID(_ wall: UInt64) -> String {
        let noise = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return "\(CivilTime(milliseconds: Int64(wall)).iso)-\(noise)"
    }
}
