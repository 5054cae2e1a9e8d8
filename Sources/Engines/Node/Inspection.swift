internal import Core
internal import Crypto
internal import Depot
internal import Recipes

/// The walk past everything that is laid out: what somebody changed is put back, what nothing names any more goes.
///
/// Confined to the node's thread.
struct Inspection {
    private let activator: NodeActivator
    private let depot: Depot

    init(_ activator: NodeActivator, _ depot: Depot) {
        self.activator = activator
        self.depot = depot
    }

    /// Files of what is active are compared with their digests, and put back; gives what differed.
    func walk() -> [PackageYard.Difference] {
        let yard = activator.yard(depot)
        var drift: [PackageYard.Difference] = []
        for component in activator.ready {
            drift += yard.repair(component, activator.generation[component.name]?.artifacts ?? [])
        }
        for (name, _) in activator.stations {
            guard let place = try? Place.station(name), let digest = depot.record[place].active,
                let index = try? activator.index(digest, in: depot)
            else { continue }
            drift += yard.repair(index.files, in: yard.releaseFolder(name, digest)) { _ in 0o644 }
        }
        for found in drift {
            Log.line(
                "\(found.path) was changed by somebody\(found.isRepaired ? ", and is put back" : " and cannot be put back")"
            )
        }
        clear(yard)
        return drift
    }

    /// Folders of what no pointer names any more.
    private func clear(_ yard: PackageYard) {
        let kept = depot.record[.components].kept
        let generations = kept.compactMap { try? activator.generation($0, in: depot) }
        guard generations.count == kept.count else { return }
        var releases: [String: Set<SHA256Digest>] = [:]
        for name in activator.stations.keys {
            releases[name] = (try? Place.station(name)).map { Set(depot.record[$0].kept) } ?? []
        }
        yard.clear(keeping: generations, releases: releases)
    }
}
