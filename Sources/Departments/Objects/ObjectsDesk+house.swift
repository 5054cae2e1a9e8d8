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

    /// Puts bytes under a key, in a bucket's own manner with versions; they are on the disk when this returns. The
    /// bucket's listeners are told that `service` did it.
    package func put(
        _ bytes: [UInt8], as key: String, in bucket: String, by service: String
    ) throws(ServiceProblem) {
        guard shelf.records[Self.bucket, bucket] != nil else { throw ObjectProblem.noSuchBucket }
        guard !key.isEmpty else { throw ObjectProblem.invalid("A key is not empty.") }
        try ObjectFields.check(key: key)
        var object = NewObject()
        object.etag = Hexadecimal.text(MD5.digest(of: bytes))
        object.size = bytes.count
        object.blobs = [try keep(bytes)]
        let whole = object
        let notice = Notice(by: service, in: bucket, account: account, region: region)
        do throws(ServiceProblem) {
            let gone = try shelf.change { desk in
                let outcome = try ObjectRows.add(whole, bucket, key, &desk)
                try notice.created(whole, key, version: outcome.version, reason: "PutObject", &desk)
                return outcome.gone
            }
            notices.ring()
            blobs.remove(gone)
        } catch {
            blobs.remove(whole.blobs)
            throw error
        }
    }

    private func keep(_ bytes: [UInt8]) throws(ServiceProblem) -> Blob {
        do throws(Fault) {
            let writer = try blobs.begin()
            let outcome = unsafe bytes.withUnsafeBytes { bytes in
                Result { () throws(Fault) in unsafe try writer.write(bytes) }
            }
            try outcome.get()
            return try writer.keep(in: blobs)
        } catch { throw ServiceProblem(error) }
    }
}
