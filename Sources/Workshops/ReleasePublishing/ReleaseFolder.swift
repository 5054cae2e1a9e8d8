internal import Core
internal import Files
internal import ReleaseTrust

/// An owner's repository: `public/` is what may be served, and holds no secret; the rest stays with the owner.
package struct ReleaseFolder: Hashable, Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package var keys: String { path + "/keys" }
    package var metadata: String { path + "/public/metadata" }
    package var targets: String { path + "/public/targets" }
    var drafts: String { path + "/draft" }

    func make() throws(Fault) {
        guard !FileAccess.isFolder(metadata) else {
            throw Fault(.invalid, "\(path) is a repository already", hint: "see `lineside release status \(path)`")
        }
        for folder in [metadata, targets, drafts] { try FileAccess.makeFolder(folder) }
        try FileAccess.makeFolder(keys, mode: 0o700)
    }

    /// One change at a time: a draft that two programs changed would lose what one of them said.
    func lock() throws(Fault) -> FolderLock {
        guard FileAccess.isFolder(drafts) else {
            throw Fault(.notFound, "\(path) is not a repository", hint: "begin one with `lineside release init`")
        }
        return try FolderLock(drafts)
    }

    func draft(_ role: String) throws(Fault) -> MetadataDraft? {
        let path = draftPath(role)
        guard FileAccess.isFile(path) else { return nil }
        return try MetadataDraft(try FileAccess.read(path, limit: MetadataLimits.announcedBytesMax), name: path)
    }

    func keep(_ draft: MetadataDraft, of role: String) throws(Fault) {
        try FileAccess.writeDurably(draft.bytes, to: draftPath(role))
    }

    func dropDraft(of role: String) { FileAccess.remove(draftPath(role)) }

    package func draftPath(_ role: String) -> String { "\(drafts)/\(PercentName.file(role)).json" }

    func read(_ name: String) throws(Fault) -> [UInt8]? {
        let path = "\(metadata)/\(name)"
        guard FileAccess.isFile(path) else { return nil }
        return try FileAccess.read(path, limit: MetadataLimits.announcedBytesMax)
    }

    func publish(_ bytes: [UInt8], as name: String) throws(Fault) {
        try FileAccess.writeDurably(bytes, to: "\(metadata)/\(name)")
    }

    static func name(_ role: String, _ version: Int) -> String {
        WantedFile(role: role, version: version, bytesMax: 0).name(isConsistent: true)
    }
}
