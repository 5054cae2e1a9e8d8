internal import Archive
package import Core
internal import Files
internal import ReleaseTrust

/// Puts a repository, or some of its targets, into one file that a node can install from with no network.
package enum ReleaseBundle {
    package struct Contents: Hashable, Sendable {
        package let targets: [VerifiedTarget]
        package let bytes: Int
    }

    /// `names` nil means every target. The repository is checked first as a client would, beginning with its first root:
    /// a bundle that no node would take is not made.
    package static func create(
        _ path: String, from source: FolderSource, names: [String]?, wall: Int64 = Int64(WallClock.milliseconds)
    ) throws(Fault) -> Contents {
        let client = try trusting(source, root: nil, wall: wall)
        var targets: [VerifiedTarget] = []
        let all = names == nil ? try client.names() : []
        for name in names ?? all { targets.append(try client.find(name)) }
        let half = path + ".new"
        do throws(Fault) {
            try pack(half, source, client, targets)
            try FileAccess.moveDurably(half, to: path)
        } catch {
            FileAccess.remove(half)
            throw error
        }
        return Contents(targets: targets, bytes: FileAccess.facts(path)?.bytes ?? 0)
    }

    private static func pack(
        _ path: String, _ source: FolderSource, _ client: ReleaseClient, _ targets: [VerifiedTarget]
    ) throws(Fault) {
        let packer = try FolderPacker(path)
        for name in try client.metadataNames() {
            guard let bytes = try source.metadata(name, bytesMax: MetadataLimits.announcedBytesMax) else {
                throw Fault(.missing, "\(source.metadata) has no \(name)")
            }
            try packer.add("metadata/\(name)", bytes)
        }
        for target in targets { try packer.add("targets/\(target.path)", file: try source.file(target.path)) }
        try packer.finish()
    }

    /// A client that begins with `root`, or without one with the first root of the source, and keeps nothing.
    package static func trusting(
        _ source: any ReleaseSource, root: [UInt8]?, wall: Int64 = Int64(WallClock.milliseconds)
    ) throws(Fault) -> ReleaseClient {
        let inside = root == nil ? try source.metadata("1.root.json", bytesMax: MetadataLimits.rootBytesMax) : nil
        guard let first = root ?? inside else {
            throw Fault(
                .missing, "there is no 1.root.json to begin with", hint: "is it a repository or a bundle of one?")
        }
        let folder = try FileAccess.temporaryFolder("lineside-trust")
        defer { FileAccess.remove(folder) }
        let store = MetadataStore(folder + "/metadata")
        try store.begin(root: first)
        let client = ReleaseClient(store, source, wall: wall)
        try client.refresh()
        return client
    }
}
