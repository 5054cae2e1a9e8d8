package import Core
internal import Crypto
internal import Files
internal import ReleaseTrust

/// What a publication changed.
package struct Publication: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        package let role: String
        package let version: Int
    }
    package let parts: [Part]
}

extension ReleaseRepository {
    /// Adds the signatures that keys at hand can give to a role's draft. Returns who has signed by now.
    package func sign(_ role: String, with ring: KeyRing) throws(Fault) -> (signers: [String], threshold: Int) {
        let lock = try folder.lock()
        defer { lock.letGo() }
        let state = try published()
        guard var draft = try draft(role, state) else {
            throw Fault(
                .notFound, "there is no draft of \(role) to sign", hint: "change something first: add, delegate, rotate"
            )
        }
        try sign(&draft, role, ring, state)
        try folder.keep(draft, of: role)
        let keys = try keys(of: role, state)
        return (keys.signers(of: draft), keys.threshold)
    }

    /// The root is signed by those who held it and by those who will; every other role by whoever holds it before or after.
    private func sign(
        _ draft: inout MetadataDraft, _ role: String, _ ring: KeyRing, _ state: PublishedState
    ) throws(Fault) {
        var holders = [try keys(of: role, state)]
        if let top = TopRole(rawValue: role) { holders.append(state.root.body.keys(of: top)) }
        for key in ring.keys {
            for id in Set(holders.compactMap { $0.id(of: key.publicKey) }) { try draft.sign(with: key, as: id) }
        }
    }

    /// Signs every draft and whatever is aging with the keys at hand, checks the whole as a client would, and only then
    /// lets the world see it: new files first, then the timestamp that names them, which is one rename, then the root.
    package func publish(with ring: KeyRing) throws(Fault) -> Publication {
        let lock = try folder.lock()
        defer { lock.letGo() }
        let state = try published()
        let root = try nextRoot(ring, state)
        let roles = try nextRoles(ring, state)
        let snapshot = try nextSnapshot(roles, ring, state)
        let timestamp = try nextTimestamp(snapshot, ring, state)
        try check(root, roles, snapshot, timestamp, state)
        for (role, draft) in roles { try folder.publish(draft.bytes, as: ReleaseFolder.name(role, draft.version)) }
        if let snapshot {
            try folder.publish(snapshot.bytes, as: ReleaseFolder.name("snapshot", snapshot.version))
        }
        try folder.publish(timestamp.bytes, as: "timestamp.json")
        if let root { try folder.publish(root.bytes, as: ReleaseFolder.name("root", root.version)) }
        for role in roles.map(\.role) + (root == nil ? [] : ["root"]) { folder.dropDraft(of: role) }
        let parts =
            roles.map { Publication.Part(role: $0.role, version: $0.draft.version) }
            + [("root", root), ("snapshot", snapshot), ("timestamp", timestamp)].compactMap { role, draft in
                draft.map { Publication.Part(role: role, version: $0.version) }
            }
        return Publication(parts: parts)
    }

    private func nextRoot(_ ring: KeyRing, _ state: PublishedState) throws(Fault) -> MetadataDraft? {
        guard var draft = try draft("root", state) else { return nil }
        try sign(&draft, "root", ring, state)
        try folder.keep(draft, of: "root")
        try requireSigned(draft, state.root.body.keys(of: .root))
        try requireSigned(draft, try keys(of: "root", state))
        return draft
    }

    /// Drafts, and published roles that are aging or whose keys were rotated.
    private func nextRoles(
        _ ring: KeyRing, _ state: PublishedState
    ) throws(Fault) -> [(role: String, draft: MetadataDraft)] {
        var next: [(role: String, draft: MetadataDraft)] = []
        for role in try rolesInOrder(state) {
            let keys = try keys(of: role, state)
            let hasDraft = try draft(role, state) != nil
            if let published = state.roles[role], !hasDraft {
                let isOurs = ring.keys.contains { keys.id(of: $0.publicKey) != nil }
                let isAging = isOurs && terms.isAging(published.expiry, role, at: now)
                guard isAging || !published.isSigned(by: keys) else { continue }
            }
            var draft = try targetsDraft(role, state)
            try sign(&draft, role, ring, state)
            if hasDraft { try folder.keep(draft, of: role) }
            try requireSigned(draft, keys)
            next.append((role, draft))
        }
        return next
    }

    /// Everything that is published or drafted, `targets` first.
    private func rolesInOrder(_ state: PublishedState) throws(Fault) -> [String] {
        var roles = ["targets"]
        var place = 0
        while place < roles.count {
            let bytes = try draft(roles[place], state)?.bytes ?? state.roles[roles[place]]?.bytes
            if let bytes {
                let body = try SignedMetadata<TargetsMetadata>(bytes, role: roles[place]).body
                for name in body.delegations?.roles.map(\.keys.role) ?? [] where !roles.contains(name) {
                    roles.append(name)
                }
            }
            place += 1
        }
        // A role that nobody has said anything for yet is no part of the snapshot; `targets` always is.
        var spoken = ["targets"]
        for role in roles.dropFirst() {
            if try draft(role, state) != nil || state.roles[role] != nil { spoken.append(role) }
        }
        return spoken
    }

    private func nextSnapshot(
        _ roles: [(role: String, draft: MetadataDraft)], _ ring: KeyRing, _ state: PublishedState
    ) throws(Fault) -> MetadataDraft? {
        let keys = try keys(of: "snapshot", state)
        if roles.isEmpty, let published = state.snapshot, published.isSigned(by: keys),
            !terms.isAging(published.expiry, "snapshot", at: now)
        {
            return nil
        }
        var meta = state.snapshot?.signed["meta"]?.map ?? DatumMap()
        for (role, draft) in roles { meta["\(role).json"] = Self.facts(draft) }
        var draft = MetadataDraft(
            type: SnapshotMetadata.type, version: (state.snapshot?.version ?? 0) + 1,
            expiry: terms.expiry("snapshot", from: now), [("meta", .map(meta))])
        try sign(&draft, "snapshot", ring, state)
        try requireSigned(draft, keys)
        return draft
    }

    private func nextTimestamp(
        _ snapshot: MetadataDraft?, _ ring: KeyRing, _ state: PublishedState
    ) throws(Fault) -> MetadataDraft {
        let facts = snapshot.map(Self.facts) ?? state.timestamp?.signed["meta"]?["snapshot.json"] ?? .null
        var draft = MetadataDraft(
            type: TimestampMetadata.type, version: (state.timestamp?.version ?? 0) + 1,
            expiry: terms.expiry("timestamp", from: now), [("meta", ["snapshot.json": facts])])
        try sign(&draft, "timestamp", ring, state)
        try requireSigned(draft, try keys(of: "timestamp", state))
        return draft
    }

    private static func facts(_ draft: MetadataDraft) -> Datum {
        let bytes = draft.bytes
        let digest = SHA256.digest(of: bytes)
        return [
            "version": .whole(draft.version), "length": .whole(bytes.count), "hashes": ["sha256": .text("\(digest)")],
        ]
    }

    private func requireSigned(_ draft: MetadataDraft, _ keys: RoleKeys) throws(Fault) {
        let signers = keys.signers(of: draft)
        guard signers.count >= keys.threshold else {
            let missing = keys.ids.filter { !signers.contains($0) }.map { String($0.prefix(8)) }
            throw Fault(
                .unsigned,
                "\(keys.role) version \(draft.version) has \(signers.count) of the \(keys.threshold) signatures it needs",
                hint: "sign with one of the keys \(missing.joined(separator: ", ")): bring it with --key")
        }
    }

    /// Nothing is published that a client would refuse.
    private func check(
        _ root: MetadataDraft?, _ roles: [(role: String, draft: MetadataDraft)], _ snapshot: MetadataDraft?,
        _ timestamp: MetadataDraft, _ state: PublishedState
    ) throws(Fault) {
        var set = try TrustedSet(root: state.root.bytes, now: now)
        if let root { try set.take(root: root.bytes) }
        try set.requireFreshRoot()
        _ = try set.take(timestamp: timestamp.bytes)
        try set.take(snapshot: snapshot?.bytes ?? state.snapshot?.bytes ?? [])
        let bytes = { (role: String) in roles.first { $0.role == role }?.draft.bytes ?? state.roles[role]?.bytes ?? [] }
        try set.take(targets: bytes("targets"))
        for role in try rolesInOrder(state).dropFirst() {
            _ = try set.delegated(bytes(role), role: role, by: try keys(of: role, state))
        }
    }
}
