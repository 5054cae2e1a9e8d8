internal import CKeys

/// A key that signs. Its secret leaves this type only as the text of a key file.
package struct PrivateKey: Sendable {
    let handle: KeyHandle

    /// What a key file is when it cannot be used.
    package enum Refusal: Error, Hashable, Sendable {
        case needsPassphrase
        case wrongPassphrase
        case notAKey
    }

    /// A new key. `rsaBits` is for that kind alone.
    package init(_ kind: KeyKind, rsaBits: Int = KeyKind.rsaBits) {
        let made = unsafe KeyHandle(taking: ls_key_generate(kind.number, UInt32(rsaBits)))
        guard let handle = made else { fatalError("libcrypto makes no \(kind) key") }
        self.handle = handle
    }

    /// From a PEM text (PKCS#8, and the older kinds that OpenSSL reads).
    package init(pem: [UInt8], passphrase: String? = nil) throws(Refusal) {
        var isLocked = false
        let read = unsafe KeyHandle(taking: ls_key_from_private_pem(pem, pem.count, passphrase, &isLocked))
        guard let handle = read else {
            throw isLocked ? (passphrase == nil ? .needsPassphrase : .wrongPassphrase) : .notAKey
        }
        self.handle = handle
    }

    package var kind: KeyKind { handle.kind }
    package var publicKey: PublicKey { PublicKey(handle) }

    /// The text of a key file, locked when there is a passphrase.
    package func pem(passphrase: String?) -> [UInt8] {
        var room = [CChar](repeating: 0, count: Int(LS_PEM_MAX))
        let count = unsafe ls_key_private_pem(handle.key, passphrase, &room)
        precondition(count > 0, "libcrypto could not write a private key")
        defer { unsafe ls_forget(&room, room.count) }
        return room.prefix(count).map { UInt8(bitPattern: $0) }
    }

    package func sign(_ bytes: [UInt8]) -> [UInt8] {
        var room = [UInt8](repeating: 0, count: Int(LS_SIGNATURE_MAX))
        let count = unsafe ls_key_sign(handle.key, bytes, bytes.count, &room)
        precondition(count > 0, "libcrypto could not sign")
        return Array(room.prefix(count))
    }
}
