package import Core
internal import Crypto
internal import Disk

/// What a collection took away.
package struct Collection: Hashable, Sendable {
    package internal(set) var blobs = 0
    package internal(set) var partials = 0
    package internal(set) var bytes = 0
}

extension Depot {
    /// Removes what nothing leads to any more. A document that cannot be read may lead anywhere: then nothing is removed.
    package func collect() throws(Fault) -> Collection {
        let kept = try reachable()
        var collection = Collection()
        for shelf in try disk.names(in: layout.shelves) { try collect(shelf, but: kept, &collection) }
        try collectPartials(&collection)
        return collection
    }

    /// The record's roots, their references, and what the running deployment still waits for.
    private func reachable() throws(Fault) -> Set<SHA256Digest> {
        var kept = record.roots
        for root in record.roots { for blob in try needs(of: root) { kept.insert(blob.digest) } }
        return kept
    }

    private func collect(_ shelf: String, but kept: Set<SHA256Digest>, _ collection: inout Collection) throws(Fault) {
        let folder = layout.shelves + "/" + shelf
        let names = try disk.names(in: folder)
        var removed = 0
        for name in names {
            // Whatever it is, we did not put it there.
            guard let digest = SHA256Digest(parsing: name), !kept.contains(digest) else { continue }
            collection.bytes += disk.length(of: folder + "/" + name) ?? 0
            try disk.unlink(folder + "/" + name)
            collection.blobs += 1
            removed += 1
        }
        if removed == names.count { try disk.removeFolder(folder) }
    }

    /// Only a running deployment's downloads are worth going on with.
    private func collectPartials(_ collection: inout Collection) throws(Fault) {
        var awaited: Set<SHA256Digest> = []
        for target in record.running?.deployment.targets ?? [] {
            guard let digest = target.digest else { continue }
            for blob in try needs(of: digest) where !holds(blob.digest) { awaited.insert(blob.digest) }
        }
        for name in try disk.names(in: layout.partials) {
            if let partial = PartialName(name), awaited.contains(partial.digest) { continue }
            let path = layout.partials + "/" + name
            collection.bytes += disk.length(of: path) ?? 0
            try disk.unlink(path)
            collection.partials += 1
        }
    }
}
