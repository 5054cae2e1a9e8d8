package import Core
package import Crypto
internal import JSON

/// Metadata in the making: what a role is about to say, and who has signed it so far.
package struct MetadataDraft: Sendable {
    package private(set) var signed: DatumMap
    package private(set) var signatures: [Signature] = []

    /// The edition of the specification that is followed.
    private static let edition = "1.0.34"

    package init(type: String, version: Int, expiry: Expiry, _ members: [(String, Datum)]) {
        signed = DatumMap([
            ("_type", .text(type)), ("spec_version", .text(Self.edition)), ("version", .whole(version)),
            ("expires", .text(expiry.description)),
        ])
        for (name, value) in members { signed[name] = value }
    }

    /// The next version of published metadata, as they stand.
    package init<Body>(after published: SignedMetadata<Body>, expiry: Expiry) {
        signed = published.signed.map ?? DatumMap()
        signed["version"] = .whole(published.version + 1)
        signed["expires"] = .text(expiry.description)
    }

    /// From a document, signed or not yet.
    package init(_ bytes: [UInt8], name: String) throws(Fault) {
        let datum = try Datum(json: bytes, named: name, code: .malformed)
        let envelope = MetadataReader(datum, path: name)
        let part = try envelope.member("signed")
        guard let map = part.value.map else { throw part.refusal("an object") }
        signed = map
        signatures = try Signature.list(envelope.member("signatures"))
    }

    /// Data that an owner signs along with a target; what canonical JSON cannot say is refused at once.
    package static func custom(_ bytes: [UInt8], name: String) throws(Fault) -> Datum {
        let datum = try Datum(json: bytes, named: name, code: .malformed)
        _ = try CanonicalJSON.bytes(datum)
        return datum
    }

    package var version: Int { signed["version"]?.whole ?? 0 }

    /// Changes what is said; signatures over something else are worth nothing.
    package mutating func amend(_ name: String, _ value: Datum) {
        guard signed[name] != value else { return }
        signed[name] = value
        signatures = []
    }

    /// Signs under the name that the delegator has for the key; signing again replaces.
    package mutating func sign(with key: PrivateKey, as id: String) throws(Fault) {
        let payload = try CanonicalJSON.bytes(.map(signed))
        signatures.removeAll { $0.keyID == id }
        signatures.append(Signature(keyID: id, bytes: key.sign(payload)))
    }

    package var bytes: [UInt8] {
        let list = signatures.map { signature -> Datum in
            ["keyid": .text(signature.keyID), "sig": .text(Hexadecimal.text(signature.bytes))]
        }
        return Datum.map(DatumMap([("signatures", .list(list)), ("signed", .map(signed))])).json + [UInt8(ascii: "\n")]
    }
}

extension RoleKeys {
    /// What this role calls a key, if it is one of its keys.
    package func id(of key: PublicKey) -> String? {
        let wanted = KeyRecord(key).identity
        return ids.first { keys[$0]?.identity == wanted }
    }

    /// How many of the role's keys have signed a draft.
    package func signers(of draft: MetadataDraft) -> [String] {
        guard let payload = try? CanonicalJSON.bytes(.map(draft.signed)) else { return [] }
        return draft.signatures.filter { keys[$0.keyID]?.key?.verifies($0.bytes, of: payload) == true }.map(\.keyID)
    }
}

extension SignedMetadata {
    /// Whether a role's present keys stand behind this.
    package func isSigned(by keys: RoleKeys) -> Bool {
        do throws(Fault) { try keys.require(signatures, over: payload, of: keys.role) } catch { return false }
        return true
    }
}
