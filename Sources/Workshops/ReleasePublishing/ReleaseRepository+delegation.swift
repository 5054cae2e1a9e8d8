package import Core
package import Crypto
internal import Files
package import ReleaseTrust

/// A role for others: whose keys, and which targets.
package struct NewDelegation: Sendable {
    package var role: String
    package var keys: [PublicKey]
    package var threshold = 1
    package var paths: [String]
    package var isTerminating = false

    package init(role: String, keys: [PublicKey], paths: [String]) {
        self.role = role
        self.keys = keys
        self.paths = paths
    }

    fileprivate var datum: Datum {
        [
            "name": .text(role), "keyids": .list(keys.map { .text(KeyRecord($0).id) }), "threshold": .whole(threshold),
            "terminating": .bool(isTerminating), "paths": .list(paths.map(Datum.text)),
        ]
    }
}

extension ReleaseRepository {
    /// Lets another role answer for some targets; saying it again changes the keys and paths.
    package func delegate(_ new: NewDelegation, from delegator: String) throws(Fault) {
        let lock = try folder.lock()
        defer { lock.letGo() }
        guard TopRole(rawValue: new.role) == nil, !new.role.isEmpty else {
            throw Fault(.invalid, "\"\(new.role)\" cannot be a delegated role")
        }
        guard new.keys.count >= new.threshold, new.threshold > 0 else {
            throw Fault(.invalid, "\(new.threshold) signatures of \(new.keys.count) keys cannot be")
        }
        var draft = try targetsDraft(delegator, try published())
        var part = draft.signed["delegations"]?.map ?? ["keys": [:], "roles": []]
        var keys = part["keys"]?.map ?? DatumMap()
        for key in new.keys.map(KeyRecord.init) { keys[key.id] = key.datum }
        var roles = part["roles"]?.list ?? []
        if let place = roles.firstIndex(where: { $0["name"]?.text == new.role }) {
            roles[place] = new.datum
        } else {
            roles.append(new.datum)
        }
        part["keys"] = .map(keys)
        part["roles"] = .list(roles)
        draft.amend("delegations", .map(part))
        try folder.keep(draft, of: delegator)
    }

    /// Whose signatures count for a role.
    package func keys(of role: String, _ state: PublishedState) throws(Fault) -> RoleKeys {
        if let top = TopRole(rawValue: role) {
            guard let draft = try draft(TopRole.root.rawValue, state) else { return state.root.body.keys(of: top) }
            return try SignedMetadata<RootMetadata>(draft.bytes, role: "root").body.keys(of: top)
        }
        return try delegation(of: role, state).keys
    }

    /// What a role below was given, by its delegator's draft or, without one, by what is published.
    func delegation(of role: String, _ state: PublishedState) throws(Fault) -> Delegation {
        for delegator in Set(state.roles.keys).union([TopRole.targets.rawValue]).sorted() {
            let body: TargetsMetadata
            if let draft = try draft(delegator, state) {
                body = try SignedMetadata<TargetsMetadata>(draft.bytes, role: delegator).body
            } else if let published = state.roles[delegator] {
                body = published.body
            } else {
                continue
            }
            if let found = body.delegations?.roles.first(where: { $0.roleNames.contains(role) }) { return found }
        }
        throw Fault(
            .notFound, "no role delegates to \"\(role)\"", hint: "say so first with `lineside release delegate`")
    }
}
