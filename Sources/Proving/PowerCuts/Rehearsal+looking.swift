internal import Core
internal import Crypto
internal import Depot
internal import Disk

/// What has to be true after every cut.
extension Rehearsal {
    /// Before the first turn: whatever was under way, all places are at the new release or all at the old, whole, and nobody was lied to.
    func lookAtFirst(_ depot: Depot) {
        let record = depot.record
        let actives = scenario.order.targets.map { record[$0.place].active }
        guard actives == before || actives == after else {
            return note("half applied: active are \(actives.map(Self.name))")
        }
        for digest in record.roots {
            guard record.places.values.contains(where: { $0.active == digest }) else { continue }
            for blob in ProofRelease.byDigest[digest]?.digests ?? [] where !depot.isWhole(blob) {
                note("an active release is not whole")
            }
        }
        if told.isAccepted, record.running?.deployment.id != Self.id, record.finished(Self.id) == nil {
            note("a deployment that was accepted is forgotten")
        }
        if let result = told.result, record.finished(Self.id)?.result != result {
            note(
                "\(result.rawValue) was told, and \(record.finished(Self.id)?.result.rawValue ?? "nothing") is remembered"
            )
        }
    }

    /// After the last turn.
    func lookAtLast(_ results: Set<DeploymentResult>) {
        guard let node = last else { return }
        let depot = node.deployer.depot
        guard node.deployer.plan == nil else {
            return note("it never ends: \(node.deployer.plan.map { "\($0.phase)" } ?? "")")
        }
        guard let result = depot.record.finished(Self.id)?.result else { return note("nobody remembers how it ended") }
        if !results.contains(result) {
            note("it ended \(result.rawValue): \(depot.record.finished(Self.id)?.reason ?? "")")
        }
        look(node, at: result)
        do throws(Fault) {
            let collection = try depot.collect()
            if collection.blobs + collection.partials > 0 {
                note("space leaked: \(collection.blobs) blobs and \(collection.partials) unfinished ones were left")
            }
            let (found, expected) = (try Inventory.found(on: disk, root), try Inventory.expected(of: depot))
            if found != expected { note("files: \(found.symmetricDifference(expected).sorted())") }
        } catch { note("the collection fails: \(error)") }
    }

    /// The pointers say what the result says, and the line runs what the pointers say.
    private func look(_ node: Node, at result: DeploymentResult) {
        let record = node.deployer.depot.record
        let isNew = result == .succeeded
        let isActive = isNew || result == .failedRollbackNotRequested
        for (number, target) in scenario.order.targets.enumerated() {
            let pointers = record[target.place]
            if pointers.active != (isActive ? after : before)[number]
                || pointers.good != (isNew ? after : before)[number]
            {
                note(
                    "\(result.rawValue), but \(target.place) has active \(Self.name(pointers.active)), good \(Self.name(pointers.good))"
                )
            }
            if pointers.candidate != nil { note("\(target.place) still has a candidate") }
        }
        if Set(record.undoable) != (isNew ? Set(scenario.order.targets.map(\.place)) : undoableBefore) {
            note("\(result.rawValue), but an undo would be about \(record.undoable.map(\.description))")
        }
        for (place, pointers) in record.places where node.line.running[place] != pointers.active {
            note("\(place) runs \(Self.name(node.line.running[place])) instead of \(Self.name(pointers.active))")
        }
    }

    /// What the last order that succeeded before this one was about.
    private var undoableBefore: Set<Place> {
        let sound = scenario.before.last { order in order.targets.allSatisfy { $0.release?.0 == .sound } }
        return Set(sound?.targets.map(\.place) ?? [])
    }

    /// What was good before the order: its places in order.
    private var before: [SHA256Digest?] {
        scenario.order.targets.map { target in
            let good = scenario.before.flatMap(\.targets).last { $0.place == target.place && $0.release?.0 == .sound }
            return good?.release.map { ProofRelease($0.0, $0.1).digest }
        }
    }

    private var after: [SHA256Digest?] {
        scenario.order.targets.map { target in target.release.map { ProofRelease($0.0, $0.1).digest } }
    }

    private static func name(_ digest: SHA256Digest?) -> String {
        guard let digest else { return "nothing" }
        return ProofRelease.byDigest[digest].map { "\($0.nature) \($0.number)" } ?? "something unknown"
    }
}
