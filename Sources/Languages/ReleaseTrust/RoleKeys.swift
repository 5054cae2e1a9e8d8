internal import Core
internal import Crypto

/// Who may sign for a role, and how many of them must.
package struct RoleKeys: Sendable {
    package let role: String
    package let threshold: Int
    package let ids: [String]
    let keys: [String: KeyRecord]

    init(role: String, _ reader: MetadataReader, from known: [String: KeyRecord]) throws(Fault) {
        let ids = try reader.member("keyids").texts()
        guard Set(ids).count == ids.count else {
            throw Fault(.malformed, "\(reader.path).keyids names a key twice: it could count twice")
        }
        self.role = role
        self.ids = ids
        threshold = try reader.member("threshold").whole(from: 1)
        keys = known.filter { ids.contains($0.key) }
    }

    /// Counts keys, not names or signatures: whoever holds one key is one signer.
    func require(_ signatures: [Signature], over payload: [UInt8], of what: String) throws(Fault) {
        var signers: Set<KeyRecord.Identity> = []
        for signature in signatures {
            guard let record = keys[signature.keyID], let key = record.key, !signers.contains(record.identity) else {
                continue
            }
            if key.verifies(signature.bytes, of: payload) { signers.insert(record.identity) }
        }
        guard signers.count >= threshold else {
            throw Fault(
                .unsigned, "\(what) is signed by \(signers.count) of the \(threshold) keys that \(role) needs",
                hint: "it may be forged; if keys were rotated, the root that says so must come first")
        }
    }
}

/// Keys by their names.
func keyRecords(_ reader: MetadataReader) throws(Fault) -> [String: KeyRecord] {
    var records: [String: KeyRecord] = [:]
    for (id, value) in try reader.members() { records[id] = try KeyRecord(id: id, value) }
    return records
}
