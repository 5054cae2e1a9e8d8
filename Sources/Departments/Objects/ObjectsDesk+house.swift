package import Core
package import Crypto
internal import Records

/// What other departments ask of the object store on the house's behalf.
extension ObjectsDesk {
    /// A bucket's own policy, if it has one.
    package func policy(of bucket: String) -> String? { shelf.records[Self.bucket, bucket]?["policy"]?.text }

    /// The SHA-256 of the newest version's bytes; nil when there is none.
    package func digest(of key: String, in bucket: String) throws(ServiceProblem) -> SHA256Digest? {
        guard shelf.records[Self.bucket, bucket] != nil else { return nil }
        let found = try shelf.read { database throws(Fault) in try ObjectRows.latest(bucket, key, database) }
        guard let found, !found.isMarker else { return nil }
        do throws(Fault) {
            let reader = try BlobReader(found.blobs, 0..<found.size, in: blobs)
            var digest = SHA256()
            unsafe try reader.read { bytes throws(Fault) in unsafe digest.update(bytes) }
            return digest.finish()
        } catch { throw ServiceProblem(error) }
    }
}
