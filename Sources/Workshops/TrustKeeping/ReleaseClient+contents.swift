package import Core
internal import ReleaseTrust

/// What the metadata that are believed hold.
extension ReleaseClient {
    package struct RoleState: Hashable, Sendable {
        package let role: String
        package let version: Int
        /// When it stops being good, as `2030-01-31T12:00:00Z`.
        package let expires: String
    }

    /// The time that everything was judged by.
    var trustedNow: Int64? { try? trusted().now }

    /// The four top roles, root first.
    package func topRoles() throws(Fault) -> [RoleState] {
        let set = try trusted()
        var states = [RoleState("root", set.root)]
        if let timestamp = set.timestamp { states.append(RoleState("timestamp", timestamp)) }
        if let snapshot = set.snapshot { states.append(RoleState("snapshot", snapshot)) }
        if let targets = set.targets { states.append(RoleState("targets", targets)) }
        return states
    }

    /// Every target that some role answers for, sorted. A name may be listed by a role that has no say in it: `find` tells.
    package func names() throws(Fault) -> [String] {
        let set = try trusted()
        var names: Set<String> = []
        var ahead = [TargetSearch.Visit.top]
        var seen: Set<String> = []
        while let visit = ahead.popLast() {
            guard seen.insert(visit.role).inserted else { continue }
            let metadata = try look(visit, set)
            names.formUnion(metadata.targets.keys)
            for delegation in metadata.delegations?.roles ?? [] {
                ahead += delegation.roleNames.filter { set.lists($0) }.map {
                    TargetSearch.Visit(role: $0, keys: delegation.keys)
                }
            }
        }
        return names.sorted()
    }

    /// The files that a client needs from the first root on.
    func metadataNames() throws(Fault) -> [String] {
        let set = try trusted()
        let isConsistent = set.root.body.isConsistent
        var names = (1...set.root.version).map {
            WantedFile(role: "root", version: $0, bytesMax: 0).name(isConsistent: true)
        }
        names.append("timestamp.json")
        names.append(try set.wantedSnapshot().name(isConsistent: isConsistent))
        for role in (set.snapshot?.body.files.keys ?? [:].keys).sorted() {
            names.append(try set.wanted(role).name(isConsistent: isConsistent))
        }
        return names
    }
}

extension ReleaseClient.RoleState {
    fileprivate init<Body>(_ role: String, _ metadata: SignedMetadata<Body>) {
        self.init(role: role, version: metadata.version, expires: metadata.expiry.description)
    }
}
