internal import Core
internal import Crypto
internal import Disk

/// Where things lie in a depot's folder.
struct DepotLayout {
    let root: String

    /// What the depot's own folder is in.
    var parent: String { PathName.folder(of: root) }

    var record: String { root + "/record" }
    var halfRecord: String { record + RealDisk.halfSuffix }
    var lock: String { root + "/lock" }
    var partials: String { root + "/partial" }
    var blobs: String { root + "/blobs" }
    var shelves: String { blobs + "/sha256" }

    /// All folders that are always there, each after the one it is in.
    var folders: [(path: String, in: String)] { [(partials, root), (blobs, root), (shelves, blobs)] }

    /// One of 256 folders, so that none gets long.
    func shelf(_ digest: SHA256Digest) -> String { shelves + "/" + digest.description.prefix(2) }
    func blob(_ digest: SHA256Digest) -> String { shelf(digest) + "/\(digest)" }
    func partial(_ partial: PartialName) -> String { partials + "/" + partial.text }
}

/// The name of a download that is not finished says how much of the file a power cut has left alone.
struct PartialName: Hashable {
    let digest: SHA256Digest
    let offset: Int

    init(_ digest: SHA256Digest, offset: Int) {
        self.digest = digest
        self.offset = offset
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let digest = SHA256Digest(parsing: String(parts[0])), let offset = Int(parts[1]),
            offset >= 0
        else { return nil }
        self.init(digest, offset: offset)
    }

    var text: String { "\(digest).\(offset)" }
}
