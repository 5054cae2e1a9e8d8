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
        let restarts: Int
    }

    struct Drift: Hashable, Sendable {
        let path: String
        let wall: Int64
    }

    struct Contents: Sendable {
        var record = DepotRecord()
        var phase = ""
        var reason = ""
        var stations: [Station] = []
        var drift: [Drift] = []
        var driftCount = 0
        var configurations: [String: Datum] = [:]
    }

    private static let driftMax = 20
    private let contents = Mutex(Contents())

    var now: Contents { contents.withLock { $0 } }
    func change(_ body: (inout Contents) -> Void) { contents.withLock { body(&$0) } }

    func note(drift paths: [String]) {
        guard !paths.isEmpty else { return }
        let wall = Int64(WallClock.milliseconds)
        change { contents in
            contents.drift.append(contentsOf: paths.map { Drift(path: $0, wall: wall) })
            contents.drift.removeFirst(max(0, contents.drift.count - Self.driftMax))
            contents.driftCount += paths.count
        }
    }
}
