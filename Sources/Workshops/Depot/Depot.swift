package import Core
internal import Crypto
package import Disk

/// Reads out of a document (a release's or a generation's manifest) what it refers to. Documents are the rooms' above; the depot only follows them.
package typealias References = (_ document: [UInt8]) throws(Fault) -> [BlobReference]

/// The node's store: verified bytes under their digests, and one record of what runs where. Nothing in it is ever edited in place.
///
/// Concurrency: one thread owns it; a `DepotRecord` may be handed to any other.
package final class Depot {
    /// A document that is larger is no document.
    package static let documentBytesMax = 4 << 20
    private static let recordBytesMax = 8 << 20

    package struct Settings: Hashable, Sendable {
        /// All blobs and unfinished downloads together; nil is as much as the disk has.
        package var bytesMax: Int?
        /// Left free on the disk for everybody else.
        package var reserveBytes = 64 << 20
        /// So much of a download may have to be fetched again after a power cut.
        package var flushBytes = 8 << 20

        package init() {}
    }

    let disk: any Disk
    let layout: DepotLayout
    package let settings: Settings
    let references: References
    package private(set) var record: DepotRecord

    /// Opens the depot in a folder, which is made when it is missing. One process at a time.
    package init(_ root: String, on disk: any Disk, settings: Settings = Settings(), references: @escaping References)
        throws(Fault)
    {
        layout = DepotLayout(root: root)
        self.disk = disk
        self.settings = settings
        self.references = references
        try disk.makeFolder(root)
        try disk.flushFolder(layout.parent)
        try disk.claim(layout.lock)
        for folder in layout.folders {
            try disk.makeFolder(folder.path)
            try disk.flushFolder(folder.in)
        }
        record = DepotRecord()
        try sweepHalfRecord()
        if disk.length(of: layout.record) != nil { record = try readRecord() }
    }

    private func sweepHalfRecord() throws(Fault) {
        if disk.length(of: layout.halfRecord) != nil { try disk.unlink(layout.halfRecord) }
    }

    private func readRecord() throws(Fault) -> DepotRecord {
        try DepotRecord(text: disk.readWhole(layout.record, limit: Self.recordBytesMax))
    }

    /// Makes a change of the record last: afterwards it is on the disk and `record`, or neither.
    func keep(_ change: (inout DepotRecord) -> Void) throws(Fault) {
        var next = record
        change(&next)
        guard next != record else { return }
        next.edition += 1
        do throws(Fault) { try disk.replace(layout.record, in: layout.root, with: next.text) } catch {
            putBack()
            throw error
        }
        record = next
    }

    /// The new record may have its name already and not be safe there: the old one takes it back as far as this disk still can.
    private func putBack() {
        guard let standing = try? readRecord(), standing != record else { return }
        try? disk.replace(layout.record, in: layout.root, with: record.text)
    }
}
