package import Core

/// The metadata that are believed, and the only way for more to be: the client workflow of the specification's section 5.
/// Pure: bytes and a time come in, and are accepted or refused with a fault whose code names the attack.
package struct TrustedSet: Sendable {
    package private(set) var root: SignedMetadata<RootMetadata>
    package private(set) var timestamp: SignedMetadata<TimestampMetadata>?
    package private(set) var snapshot: SignedMetadata<SnapshotMetadata>?
    package private(set) var targets: SignedMetadata<TargetsMetadata>?
    /// What was believed before, against which a rollback shows. Never used for anything else.
    private var rememberedSnapshot: SignedMetadata<SnapshotMetadata>?
    /// Milliseconds since 1970, the same for the whole update.
    package let now: Int64

    /// Begins with a root that was handed over by hand, or trusted before.
    package init(root bytes: [UInt8], now: Int64) throws(Fault) {
        root = try SignedMetadata(bytes, role: "root")
        self.now = now
        try root.require(root.body.keys(of: .root), "root")
    }

    // MARK: root, 5.3

    /// The next root must be signed by the keys of the present one and by its own.
    package mutating func take(root bytes: [UInt8]) throws(Fault) {
        let next = try SignedMetadata<RootMetadata>(bytes, role: "root")
        try next.require(root.body.keys(of: .root), "root")
        try next.require(next.body.keys(of: .root), "root")
        guard next.version == root.version + 1 else {
            let code: Fault.Code = next.version <= root.version ? .rollback : .mixed
            throw Fault(code, "root version \(next.version) was served as version \(root.version + 1)")
        }
        root = next
    }

    /// Only the last root must be fresh: those on the way may be long expired.
    package func requireFreshRoot() throws(Fault) { try root.requireFresh("root", at: now) }

    // MARK: timestamp, 5.4

    /// A kept timestamp counts if the present root's keys signed it; it may have expired.
    package mutating func recall(timestamp bytes: [UInt8]) throws(Fault) {
        let kept = try SignedMetadata<TimestampMetadata>(bytes, role: "timestamp")
        try kept.require(root.body.keys(of: .timestamp), "timestamp")
        timestamp = kept
    }

    /// Whether it is a new one; the same version again changes nothing.
    package mutating func take(timestamp bytes: [UInt8]) throws(Fault) -> Bool {
        let next = try SignedMetadata<TimestampMetadata>(bytes, role: "timestamp")
        try next.require(root.body.keys(of: .timestamp), "timestamp")
        if let seen = timestamp {
            if next.version == seen.version { return false }
            try Self.forbidRollback("timestamp", from: seen.version, to: next.version)
            try Self.forbidRollback(
                "the snapshot in the timestamp", from: seen.body.snapshot.version, to: next.body.snapshot.version)
        }
        try next.requireFresh("timestamp", at: now)
        timestamp = next
        return true
    }

    private static func forbidRollback(_ what: String, from seen: Int, to next: Int) throws(Fault) {
        guard next >= seen else {
            throw Fault(
                .rollback, "\(what) goes back from version \(seen) to \(next)",
                hint: "somebody may be serving an old repository")
        }
    }

    private func freshTimestamp() throws(Fault) -> SignedMetadata<TimestampMetadata> {
        guard let timestamp else { throw Fault(.missing, "no timestamp has been accepted yet") }
        try timestamp.requireFresh("timestamp", at: now)
        return timestamp
    }

    // MARK: snapshot, 5.5

    /// What the present snapshot is.
    package func wantedSnapshot() throws(Fault) -> WantedFile {
        let file = try freshTimestamp().body.snapshot
        return WantedFile(
            role: TopRole.snapshot.rawValue, version: file.version,
            bytesMax: try file.bytesMax(MetadataLimits.snapshotBytesMax))
    }

    /// A kept snapshot guards against rollback if the present root's keys signed it, and is the present one if the
    /// timestamp names it. Says whether it is.
    package mutating func recall(snapshot bytes: [UInt8]) throws(Fault) -> Bool {
        let kept = try SignedMetadata<SnapshotMetadata>(bytes, role: "snapshot")
        try kept.require(root.body.keys(of: .snapshot), "snapshot")
        rememberedSnapshot = kept
        let wanted = try freshTimestamp().body.snapshot
        guard kept.version == wanted.version else { return false }
        try wanted.require(bytes, "snapshot")
        try kept.requireFresh("snapshot", at: now)
        snapshot = kept
        return true
    }

    package mutating func take(snapshot bytes: [UInt8]) throws(Fault) {
        let wanted = try freshTimestamp().body.snapshot
        try wanted.require(bytes, "snapshot")
        let next = try SignedMetadata<SnapshotMetadata>(bytes, role: "snapshot")
        try next.require(root.body.keys(of: .snapshot), "snapshot")
        try Self.requireVersion(next.version, wanted.version, "snapshot", by: "timestamp")
        for (role, seen) in rememberedSnapshot?.body.files ?? [:] {
            guard let file = next.body.files[role] else {
                throw Fault(.rollback, "snapshot version \(next.version) no longer knows the role \"\(role)\"")
            }
            try Self.forbidRollback("\"\(role)\" in the snapshot", from: seen.version, to: file.version)
        }
        try next.requireFresh("snapshot", at: now)
        snapshot = next
    }

    private static func requireVersion(
        _ version: Int, _ wanted: Int, _ role: String, by delegator: String
    ) throws(Fault) {
        guard version == wanted else {
            throw Fault(.mixed, "\(role) has version \(version), but the \(delegator) names version \(wanted)")
        }
    }

    // MARK: targets, 5.6

    /// What the present metadata of a targets role are.
    package func wanted(_ role: String) throws(Fault) -> WantedFile {
        let file = try listed(role)
        return WantedFile(
            role: role, version: file.version, bytesMax: try file.bytesMax(MetadataLimits.targetsBytesMax))
    }

    package func lists(_ role: String) -> Bool { snapshot?.body.files[role] != nil }

    private func listed(_ role: String) throws(Fault) -> MetaFile {
        guard let file = snapshot?.body.files[role] else {
            throw Fault(.mixed, "the snapshot does not know the role \"\(role)\"")
        }
        return file
    }

    package mutating func take(targets bytes: [UInt8]) throws(Fault) {
        targets = try accept(bytes, role: TopRole.targets.rawValue, by: root.body.keys(of: .targets))
    }

    /// Metadata of a delegated role, as good as the keys that its *present* delegator gives it: the same bytes may be
    /// right on one way to a target and wrong on another.
    package func delegated(
        _ bytes: [UInt8], role: String, by keys: RoleKeys
    ) throws(Fault) -> SignedMetadata<TargetsMetadata> {
        try accept(bytes, role: role, by: keys)
    }

    private func accept(
        _ bytes: [UInt8], role: String, by keys: RoleKeys
    ) throws(Fault) -> SignedMetadata<TargetsMetadata> {
        let wanted = try listed(role)
        try wanted.require(bytes, "\"\(role)\"")
        let next = try SignedMetadata<TargetsMetadata>(bytes, role: role)
        try next.require(keys, "\"\(role)\"")
        try Self.requireVersion(next.version, wanted.version, "\"\(role)\"", by: "snapshot")
        try next.requireFresh("\"\(role)\"", at: now)
        return next
    }
}

/// A file that is to be fetched next.
package struct WantedFile: Hashable, Sendable {
    package let role: String
    package let version: Int
    package let bytesMax: Int

    package init(role: String, version: Int, bytesMax: Int) {
        self.role = role
        self.version = version
        self.bytesMax = bytesMax
    }

    /// Its name in a repository; a timestamp's never changes, and a root's always does.
    package func name(isConsistent: Bool) -> String {
        let name = PercentText.encoded(role) + ".json"
        return isConsistent ? "\(version).\(name)" : name
    }
}
