package import Core
internal import Crypto
internal import Disk

extension Depot {
    /// What is missing of the documents and of all they refer to, against the room there is.
    package func admission(of documents: [[UInt8]]) throws(Fault) -> Admission {
        var wanted: [SHA256Digest: Int] = [:]
        for document in documents {
            wanted[SHA256.digest(of: document)] = document.count
            for blob in try references(document) {
                guard blob.length >= 0, wanted[blob.digest, default: blob.length] == blob.length else {
                    throw Fault(.invalid, "blob \(blob.digest) is announced with two lengths")
                }
                wanted[blob.digest] = blob.length
            }
        }
        var needed = 0
        for (digest, length) in wanted where !holds(digest) { needed += Admission.taken(length) }
        return Admission(
            neededBytes: max(0, needed - (try begunBytes(wanted))), freeBytes: try disk.freeBytes(in: layout.root),
            reserveBytes: settings.reserveBytes, usedBytes: try usedBytes(), bytesMax: settings.bytesMax)
    }

    /// All blobs and unfinished downloads, as they take room on the disk.
    package func usedBytes() throws(Fault) -> Int {
        var used = 0
        for shelf in try disk.names(in: layout.shelves) {
            let folder = layout.shelves + "/" + shelf
            for name in try disk.names(in: folder) {
                used += Admission.taken(disk.length(of: folder + "/" + name) ?? 0)
            }
        }
        for name in try disk.names(in: layout.partials) {
            used += Admission.taken(disk.length(of: layout.partials + "/" + name) ?? 0)
        }
        return used
    }

    /// What an earlier try has left of them.
    private func begunBytes(_ wanted: [SHA256Digest: Int]) throws(Fault) -> Int {
        var begun = 0
        for name in try disk.names(in: layout.partials) {
            guard let partial = PartialName(name), wanted[partial.digest] != nil else { continue }
            begun += Admission.taken(partial.offset)
        }
        return begun
    }
}
