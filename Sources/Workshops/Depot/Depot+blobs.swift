package import Core
package import Crypto
internal import Disk

/// Bytes under their digests. What has its name has been verified: nothing gets it before.
extension Depot {
    package func holds(_ digest: SHA256Digest) -> Bool { length(of: digest) != nil }

    package func length(of digest: SHA256Digest) -> Int? { disk.length(of: layout.blob(digest)) }

    /// A file to read, and never to write: it is there as long as a place or the running deployment needs it.
    package func path(of digest: SHA256Digest) -> String { layout.blob(digest) }

    /// A document's bytes, checked against their name once more.
    package func document(_ digest: SHA256Digest) throws(Fault) -> [UInt8] {
        let bytes = try disk.readWhole(layout.blob(digest), limit: Self.documentBytesMax)
        guard SHA256.digest(of: bytes) == digest else { throw Self.damage(digest) }
        return bytes
    }

    /// Whether a blob is still what it was when it was taken in.
    package func isWhole(_ digest: SHA256Digest) -> Bool {
        var hash = SHA256()
        var offset = 0
        while let bytes = try? disk.read(layout.blob(digest), from: offset, atMost: BlobIntake.readBytes) {
            guard !bytes.isEmpty else { return hash.finish() == digest }
            hash.update(bytes)
            offset += bytes.count
        }
        return false
    }

    /// Takes a damaged blob out, so that it can be fetched again.
    package func discard(_ digest: SHA256Digest) throws(Fault) {
        try disk.unlink(layout.blob(digest))
        try disk.flushFolder(layout.shelf(digest))
    }

    /// Takes in a document that is at hand.
    package func put(_ document: [UInt8]) throws(Fault) -> SHA256Digest {
        guard document.count <= Self.documentBytesMax else {
            throw Fault(
                .exhausted,
                "a document of \(ByteSize(document.count)) is larger than \(ByteSize(Self.documentBytesMax))")
        }
        let digest = SHA256.digest(of: document)
        guard !holds(digest) else { return digest }
        let intake = try intake(BlobReference(digest, length: document.count))
        try intake.append(document)
        try intake.finish()
        return digest
    }

    /// Begins to take in a blob, or goes on with one that was begun.
    package func intake(_ blob: BlobReference) throws(Fault) -> BlobIntake { try BlobIntake(blob, into: self) }

    /// What a document refers to.
    package func needs(of document: SHA256Digest) throws(Fault) -> [BlobReference] {
        try references(self.document(document))
    }

    static func damage(_ digest: SHA256Digest) -> Fault {
        Fault(
            .damaged, "blob \(digest) is not what was put there",
            hint: "the disk may be dying; deploy the release again")
    }
}
