package import Core
package import Crypto
internal import Files
package import ReleaseTrust

/// The owner's side of a repository: drafts are made and signed here, and published when enough keys stand behind them.
package struct ReleaseRepository: Sendable {
    package let folder: ReleaseFolder
    package var terms = ReleaseTerms()
    /// Milliseconds since 1970.
    let now: Int64

    package init(_ path: String, now: Int64 = Int64(WallClock.milliseconds)) {
        folder = ReleaseFolder(path)
        self.now = now
    }

    package func published() throws(Fault) -> PublishedState { try PublishedState(folder) }

    /// What a role is about to say, when there is something. A draft that was published already is one that a power cut
    /// left behind: publishing it again would give other bytes to a version that nodes may have.
    package func draft(_ role: String, _ state: PublishedState) throws(Fault) -> MetadataDraft? {
        guard let draft = try folder.draft(role) else { return nil }
        let seen = role == TopRole.root.rawValue ? state.root.version : state.roles[role]?.version ?? 0
        return draft.version > seen ? draft : nil
    }

    /// What a new repository begins with.
    package struct Beginning: Sendable {
        package var kind = KeyKind.ed25519
        package var rootKeys = 3
        package var rootThreshold = 2
        package var passphrase: String?
        package init() {}
    }

    /// Makes the folder, keys for every role, and the first root, signed by all of its keys. Returns the key files.
    package func begin(_ beginning: Beginning) throws(Fault) -> [String] {
        try folder.make()
        var files: [String] = []
        var ring = KeyRing()
        let plan = try RootPlan { role throws(Fault) in
            let count = role == .root ? beginning.rootKeys : 1
            var records: [KeyRecord] = []
            for _ in 0..<count {
                let (record, file) = try newKey(
                    for: role.rawValue, beginning.kind, beginning.passphrase, into: &ring)
                records.append(record)
                files.append(file)
            }
            return RootPlan.Holders(keys: records, threshold: role == .root ? beginning.rootThreshold : 1)
        }
        try plan.requireEnoughKeys()
        var draft = MetadataDraft(
            type: RootMetadata.type, version: 1, expiry: terms.expiry("root", from: now), plan.members)
        for key in ring.keys {
            let id = KeyRecord(key.publicKey).id
            if plan[.root].keys.contains(where: { $0.id == id }) { try draft.sign(with: key, as: id) }
        }
        _ = try TrustedSet(root: draft.bytes, now: now)
        try folder.publish(draft.bytes, as: ReleaseFolder.name("root", 1))
        return files
    }

    private func newKey(
        for role: String, _ kind: KeyKind, _ passphrase: String?, into ring: inout KeyRing
    ) throws(Fault) -> (KeyRecord, String) {
        let key = PrivateKey(kind)
        let record = KeyRecord(key.publicKey)
        let file = "\(folder.keys)/\(role)-\(record.id.prefix(8)).pem"
        try KeyFile.write(key, to: file, passphrase: passphrase)
        ring.add(key)
        return (record, file)
    }

    // MARK: who may sign

    /// Keys that a role gets and loses. With neither, all of them are replaced by as many new ones.
    package struct Rotation: Sendable {
        package var added: [PublicKey] = []
        package var removed: [String] = []
        package var threshold: Int?
        package var kind = KeyKind.ed25519
        package var passphrase: String?
        package init() {}
    }

    /// Drafts the next root with other keys for a role. Returns the files of new keys.
    package func rotate(_ role: TopRole, _ rotation: Rotation) throws(Fault) -> [String] {
        let lock = try folder.lock()
        defer { lock.letGo() }
        let state = try published()
        var plan = RootPlan(try pendingRoot(state).body)
        var files: [String] = []
        let before = plan[role].keys
        plan[role].keys.removeAll { key in rotation.removed.contains { !$0.isEmpty && key.id.hasPrefix($0) } }
        guard plan[role].keys.count + rotation.removed.count == before.count else {
            throw Fault(
                .notFound, "not every key to be removed is one of \(role.rawValue)'s",
                hint: "see `lineside release status`")
        }
        plan[role].keys += rotation.added.map(KeyRecord.init)
        if rotation.added.isEmpty, rotation.removed.isEmpty, rotation.threshold == nil {
            var ring = KeyRing()
            plan[role].keys = []
            for _ in before {
                let (record, file) = try newKey(for: role.rawValue, rotation.kind, rotation.passphrase, into: &ring)
                plan[role].keys.append(record)
                files.append(file)
            }
        }
        if let threshold = rotation.threshold { plan[role].threshold = threshold }
        try plan.requireEnoughKeys()
        var draft = MetadataDraft(after: state.root, expiry: terms.expiry("root", from: now))
        for (name, value) in plan.members { draft.amend(name, value) }
        try folder.keep(draft, of: TopRole.root.rawValue)
        return files
    }

    private func pendingRoot(_ state: PublishedState) throws(Fault) -> SignedMetadata<RootMetadata> {
        guard let draft = try draft(TopRole.root.rawValue, state) else { return state.root }
        return try SignedMetadata(draft.bytes, role: "root")
    }

    // MARK: what is said

    /// The draft of a targets role: the one that was begun, or the next version of what is published.
    func targetsDraft(_ role: String, _ state: PublishedState) throws(Fault) -> MetadataDraft {
        if let draft = try draft(role, state) { return draft }
        let expiry = terms.expiry(role, from: now)
        if let published = state.roles[role] { return MetadataDraft(after: published, expiry: expiry) }
        return MetadataDraft(type: TargetsMetadata.type, version: 1, expiry: expiry, [("targets", [:])])
    }

    /// Takes a file in as a target; it is seen by nobody before the next publication.
    package func add(_ file: String, as name: TargetName, role: String, custom: Datum?) throws(Fault) -> SHA256Digest {
        let lock = try folder.lock()
        defer { lock.letGo() }
        let state = try published()
        try requireSay(of: role, in: name, state)
        let (digest, length) = try TargetShelf(folder.targets).take(file, as: name)
        var facts: DatumMap = ["length": .whole(length), "hashes": ["sha256": .text("\(digest)")]]
        facts["custom"] = custom
        var draft = try targetsDraft(role, state)
        var targets = draft.signed["targets"]?.map ?? DatumMap()
        targets[name.description] = .map(facts)
        draft.amend("targets", .map(targets))
        try folder.keep(draft, of: role)
        return digest
    }

    /// No longer answers for a target. Its file stays, for those who still follow the metadata of before.
    package func remove(_ name: String, role: String) throws(Fault) {
        let lock = try folder.lock()
        defer { lock.letGo() }
        var draft = try targetsDraft(role, try published())
        var targets = draft.signed["targets"]?.map ?? DatumMap()
        guard targets[name] != nil else { throw Fault(.notFound, "\(role) has no target \"\(name)\"") }
        targets[name] = nil
        draft.amend("targets", .map(targets))
        try folder.keep(draft, of: role)
    }

    /// A target in a role that nobody asks about it would never be found.
    private func requireSay(of role: String, in name: TargetName, _ state: PublishedState) throws(Fault) {
        guard role != TopRole.targets.rawValue else { return }
        guard try delegation(of: role, state).role(for: TargetPath(name.description)) == role else {
            throw Fault(
                .invalid, "\(role) has no say in \"\(name)\"", hint: "see which paths were delegated to it")
        }
    }
}
