package import Core
package import Crypto

/// A public key as metadata carry it.
package struct KeyRecord: Sendable {
    /// What identifies the key itself, whatever it is called: one key under two names is still one.
    struct Identity: Hashable {
        let type: String
        let value: String
    }

    package let id: String
    package let scheme: String
    let identity: Identity
    /// Nil for kinds that nobody here can check: such a key never counts.
    let key: PublicKey?
    package let datum: Datum

    init(id: String, _ reader: MetadataReader) throws(Fault) {
        let type = try reader.member("keytype").text()
        let scheme = try reader.member("scheme").text()
        let value = try reader.member("keyval").member("public").text()
        self.id = id
        self.scheme = scheme
        datum = reader.value
        key = Self.read(type: type, scheme: scheme, value)
        // A PEM text may be laid out in several ways; the key in it is one.
        identity = Identity(type: key?.kind.rawValue ?? type, value: key?.pem ?? value)
    }

    /// A key of ours, called by the digest of what metadata say of it.
    package init(_ key: PublicKey) {
        scheme = Self.scheme(key.kind)
        let value = key.ed25519.map(Hexadecimal.text) ?? key.pem
        let datum: Datum = [
            "keytype": .text(key.kind.rawValue), "scheme": .text(scheme), "keyval": ["public": .text(value)],
        ]
        // There is no fraction in it that could be refused.
        let bytes = (try? CanonicalJSON.bytes(datum)) ?? []
        id = SHA256.digest(of: bytes).description
        self.datum = datum
        self.key = key
        identity = Identity(type: key.kind.rawValue, value: key.pem)
    }

    package static func scheme(_ kind: KeyKind) -> String {
        switch kind {
        case .ed25519: "ed25519"
        case .ecdsa: "ecdsa-sha2-nistp256"
        case .rsa: "rsassa-pss-sha256"
        }
    }

    private static func read(type: String, scheme: String, _ value: String) -> PublicKey? {
        let key: PublicKey?
        switch type {
        case "ed25519": key = Hexadecimal.bytes(value).flatMap { PublicKey(ed25519: $0) }
        case "rsa", "ecdsa", "ecdsa-sha2-nistp256": key = PublicKey(pem: value)
        default: key = nil
        }
        return key.flatMap { Self.scheme($0.kind) == scheme ? $0 : nil }
    }
}
