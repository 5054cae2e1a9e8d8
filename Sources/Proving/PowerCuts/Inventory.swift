internal import Core
internal import Crypto
internal import Depot
internal import Disk

/// The files of a depot, as they are and as they should be: what is too much is space that leaks.
enum Inventory {
    /// What the record leads to, and nothing else.
    static func expected(of depot: Depot) throws(Fault) -> Set<String> {
        var expected: Set<String> = ["blobs", "blobs/sha256", "partial"]
        if depot.record != DepotRecord() { expected.insert("record") }
        var digests = depot.record.roots
        for root in depot.record.roots { digests.formUnion(try depot.needs(of: root).map(\.digest)) }
        for digest in digests {
            let shelf = "blobs/sha256/\(digest.description.prefix(2))"
            expected.formUnion([shelf, shelf + "/\(digest)"])
        }
        return expected
    }

    static func found(on disk: any Disk, _ root: String, in folder: String = "") throws(Fault) -> Set<String> {
        var found: Set<String> = []
        for name in try disk.names(in: root + folder) where name != "lock" {
            let path = folder + "/" + name
            found.insert(String(path.dropFirst()))
            if disk.length(of: root + path) == nil { found.formUnion(try Self.found(on: disk, root, in: path)) }
        }
        return found
    }
}
