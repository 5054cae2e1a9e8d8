internal import Components
internal import Core
internal import Depot
internal import Synchronization

/// What the door tells of the node: written by the node's thread, read by anyone.
final class NodeBoard: Sendable {
    struct Station: Sendable {
        let name: String
        let page: String
        let state: Datum?
        /// The release that it is to run; nil where its own file says which.
        let wanted: String?
        let restarts: Int
    }

    struct Drift: Hashable, Sendable {
        let path: String
        let isRepaired: Bool
        let wall: Int64
    }

    struct Contents: Sendable {
        var record = DepotRecord()
        var phase = ""
        var reason = ""
        var canBeCancelled = false
        /// What has not come back since the node's start, and why.
        var missing: [Place: String] = [:]
        /// What keeps the node's verbs from finding its door.
        var doorTrouble: String?
        var stations: [Station] = []
        var drift: [Drift] = []
        var driftCount = 0
        var configurations: [String: Datum] = [:]
        /// Components that somebody asked for, and not only another component.
        var roots: Set<String> = []
    }

    private static let driftMax = 20
    private let contents = Mutex(Contents())

    var now: Contents { contents.withLock { $0 } }
    func change(_ body: (inout Contents) -> Void) { contents.withLock { body(&$0) } }

    func note(drift found: [PackageYard.Difference]) {
        guard !found.isEmpty else { return }
        let wall = Int64(WallClock.milliseconds)
        change { contents in
            contents.drift.append(
                contentsOf: found.map { Drift(path: $0.path, isRepaired: $0.isRepaired, wall: wall) })
            contents.drift.removeFirst(max(0, contents.drift.count - Self.driftMax))
            contents.driftCount += found.count
        }
    }
}
