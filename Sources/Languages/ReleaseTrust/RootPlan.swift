package import Core

/// Who is to hold which role: the root in the making.
package struct RootPlan: Sendable {
    package struct Holders: Sendable {
        package var keys: [KeyRecord]
        package var threshold: Int

        package init(keys: [KeyRecord], threshold: Int) {
            self.keys = keys
            self.threshold = threshold
        }
    }

    private var roles: [TopRole: Holders] = [:]

    package init(_ holders: (TopRole) throws(Fault) -> Holders) throws(Fault) {
        for role in TopRole.allCases { roles[role] = try holders(role) }
    }

    package init(_ root: RootMetadata) {
        for role in TopRole.allCases {
            let keys = root.keys(of: role)
            roles[role] = Holders(keys: keys.ids.compactMap { root.keys[$0] }, threshold: keys.threshold)
        }
    }

    package subscript(_ role: TopRole) -> Holders {
        get { roles[role] ?? Holders(keys: [], threshold: 1) }
        set { roles[role] = newValue }
    }

    package func requireEnoughKeys() throws(Fault) {
        for (role, holders) in roles where holders.keys.count < holders.threshold {
            throw Fault(
                .invalid,
                "\(role.rawValue) would need \(holders.threshold) signatures and have \(holders.keys.count) keys",
                hint: "add keys, or lower the threshold")
        }
    }

    /// The members of a root that the plan decides.
    package var members: [(String, Datum)] {
        var keys = DatumMap()
        var list = DatumMap()
        for role in TopRole.allCases {
            for key in self[role].keys { keys[key.id] = key.datum }
            list[role.rawValue] = [
                "keyids": .list(self[role].keys.map { .text($0.id) }), "threshold": .whole(self[role].threshold),
            ]
        }
        return [("consistent_snapshot", true), ("keys", .map(keys)), ("roles", .map(list))]
    }
}
