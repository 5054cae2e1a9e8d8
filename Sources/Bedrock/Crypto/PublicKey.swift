internal import CKeys

/// A key that tells whether somebody signed.
package struct PublicKey: Sendable {
    let handle: KeyHandle

    init(_ handle: KeyHandle) { self.handle = handle }

    /// From a PEM text (SubjectPublicKeyInfo); nil for anything else, and for kinds that do not sign here.
    package init?(pem: String) {
        let text = Array(pem.utf8)
        guard let handle = unsafe KeyHandle(taking: ls_key_from_public_pem(text, text.count)) else { return nil }
        self.handle = handle
    }

    /// From the 32 bytes of an Ed25519 key.
    package init?(ed25519 bytes: [UInt8]) {
        guard let handle = unsafe KeyHandle(taking: ls_key_from_ed25519(bytes, bytes.count)) else { return nil }
        self.handle = handle
    }

    package var kind: KeyKind { handle.kind }
    package var pem: String { handle.publicPEM }
    /// The 32 bytes of an Ed25519 key.
    package var ed25519: [UInt8]? { handle.ed25519 }

    package func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        unsafe ls_key_verifies(handle.key, signature, signature.count, bytes, bytes.count)
    }
}
