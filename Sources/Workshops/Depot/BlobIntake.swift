package import Core
internal import Crypto
internal import Disk

/// A blob on its way in. Under its own name it appears whole and verified, or not at all; what has come of it outlives a power cut.
///
/// The unfinished file's name says how many of its bytes are safe: `flush`, then rename. A name that a power cut takes back only says less.
package final class BlobIntake {
    static let readBytes = 1 << 20

    let blob: BlobReference
    private let depot: Depot
    private var name: PartialName
    private var file: DiskFile?
    private var hash = SHA256()
    /// How much has come.
    package private(set) var offset: Int
    /// Some of it came before this intake.
    package let isResumed: Bool

    init(_ blob: BlobReference, into depot: Depot) throws(Fault) {
        self.blob = blob
        self.depot = depot
        name = try Self.begun(blob, in: depot) ?? PartialName(blob.digest, offset: 0)
        offset = name.offset
        isResumed = name.offset > 0
        let path = depot.layout.partial(name)
        file = try depot.disk.open(path, at: offset)
        var done = 0
        while done < offset {
            let bytes = try depot.disk.read(path, from: done, atMost: min(Self.readBytes, offset - done))
            guard !bytes.isEmpty else { throw Fault(.damaged, "\(path) is shorter than its name says") }
            hash.update(bytes)
            done += bytes.count
        }
    }

    deinit { if let file { depot.disk.close(file) } }

    /// What an earlier intake has left; of several files (a rename that came undone) the longest that can be right.
    private static func begun(_ blob: BlobReference, in depot: Depot) throws(Fault) -> PartialName? {
        let found = try depot.disk.names(in: depot.layout.partials).compactMap(PartialName.init)
            .filter { $0.digest == blob.digest }
        let usable = found.filter { partial in
            partial.offset <= blob.length
                && (depot.disk.length(of: depot.layout.partial(partial)) ?? 0) >= partial.offset
        }
        let best = usable.max { $0.offset < $1.offset }
        for other in found where other != best { try depot.disk.unlink(depot.layout.partial(other)) }
        return best
    }

    package var missing: Int { blob.length - offset }

    /// More than was announced is refused.
    package func append(_ bytes: [UInt8]) throws(Fault) {
        guard let file else { throw closed }
        guard bytes.count <= missing else {
            try abandon()
            throw Fault(.invalid, "blob \(blob.digest) does not end after \(blob.length) bytes, as it should")
        }
        try depot.disk.write(bytes, to: file)
        hash.update(bytes)
        offset += bytes.count
        if offset - name.offset >= depot.settings.flushBytes { try secure() }
    }

    /// Stops for now: what has come is kept.
    package func pause() throws(Fault) {
        defer { close() }
        if offset > name.offset { try secure() }
    }

    /// Verifies the whole and gives it its name.
    package func finish() throws(Fault) {
        guard missing == 0, let file else {
            throw missing == 0 ? closed : Fault(.invalid, "blob \(blob.digest) is not whole")
        }
        let digest = hash.finish()
        guard digest == blob.digest else {
            try abandon()
            throw Fault(
                .damaged, "what was delivered as blob \(blob.digest) has the digest \(digest)",
                hint: "it was changed on the way or at its source")
        }
        try depot.disk.flush(file)
        close()
        let shelf = depot.layout.shelf(blob.digest)
        try depot.disk.makeFolder(shelf)
        try depot.disk.flushFolder(depot.layout.shelves)
        try depot.disk.rename(depot.layout.partial(name), to: depot.layout.blob(blob.digest))
        try depot.disk.flushFolder(shelf)
        try depot.disk.flushFolder(depot.layout.partials)
    }

    /// What has come is worth nothing.
    package func abandon() throws(Fault) {
        close()
        try depot.disk.unlink(depot.layout.partial(name))
    }

    private func secure() throws(Fault) {
        guard let file else { throw closed }
        try depot.disk.flush(file)
        let safe = PartialName(blob.digest, offset: offset)
        try depot.disk.rename(depot.layout.partial(name), to: depot.layout.partial(safe))
        name = safe
    }

    private func close() {
        if let file { depot.disk.close(file) }
        file = nil
    }

    private var closed: Fault { Fault(.invalid, "blob \(blob.digest) is not being taken in any more") }
}
