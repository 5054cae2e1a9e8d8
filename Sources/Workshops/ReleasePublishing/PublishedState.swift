internal import Core
package import ReleaseTrust

/// What the world sees of a repository now.
package struct PublishedState: Sendable {
    package let root: SignedMetadata<RootMetadata>
    /// Nil until the first publication.
    package private(set) var timestamp: SignedMetadata<TimestampMetadata>?
    package private(set) var snapshot: SignedMetadata<SnapshotMetadata>?
    /// The targets roles that the snapshot names.
    package private(set) var roles: [String: SignedMetadata<TargetsMetadata>] = [:]

    init(_ folder: ReleaseFolder) throws(Fault) {
        root = try Self.newestRoot(folder)
        guard let bytes = try folder.read("timestamp.json") else { return }
        let timestamp = try SignedMetadata<TimestampMetadata>(bytes, role: "timestamp")
        let version = timestamp.body.snapshot.version
        let snapshot = try SignedMetadata<SnapshotMetadata>(Self.file(folder, "snapshot", version), role: "snapshot")
        for (role, file) in snapshot.body.files {
            roles[role] = try SignedMetadata(Self.file(folder, role, file.version), role: role)
        }
        self.timestamp = timestamp
        self.snapshot = snapshot
    }

    private static func newestRoot(_ folder: ReleaseFolder) throws(Fault) -> SignedMetadata<RootMetadata> {
        var newest: [UInt8]?
        var version = 1
        while let bytes = try folder.read(ReleaseFolder.name("root", version)) {
            newest = bytes
            version += 1
        }
        guard let newest else {
            throw Fault(.notFound, "\(folder.path) is not a repository", hint: "begin one with `lineside release init`")
        }
        return try SignedMetadata(newest, role: "root")
    }

    private static func file(_ folder: ReleaseFolder, _ role: String, _ version: Int) throws(Fault) -> [UInt8] {
        let name = ReleaseFolder.name(role, version)
        guard let bytes = try folder.read(name) else {
            throw Fault(.missing, "\(folder.metadata) has no \(name), which was published")
        }
        return bytes
    }
}
