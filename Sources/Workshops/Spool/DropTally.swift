package import Core

/// What was given up for want of room, by rank.
package struct DropTally: Hashable, Sendable {
    package struct Share: Hashable, Sendable {
        package var events = 0
        package var bytes = 0
    }

    package private(set) var shares: [SpoolRank: Share] = [:]

    package init() {}

    package var isEmpty: Bool { shares.isEmpty }
    package var events: Int { shares.values.reduce(0) { $0 + $1.events } }

    package mutating func add(_ rank: SpoolRank, events: Int = 1, bytes: Int) {
        shares[rank, default: Share()].events += events
        shares[rank, default: Share()].bytes += bytes
    }

    package mutating func add(_ other: DropTally) {
        for (rank, share) in other.shares { add(rank, events: share.events, bytes: share.bytes) }
    }

    /// `{"telemetry": {"events": 7, "bytes": 1024}}`
    package var datum: Datum {
        let ranks = shares.sorted { $0.key < $1.key }
        return .map(
            DatumMap(ranks.map { ($0.key.name, ["events": .whole($0.value.events), "bytes": .whole($0.value.bytes)]) }))
    }
}
