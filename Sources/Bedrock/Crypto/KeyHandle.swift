internal import CKeys

/// A key of libcrypto's, freed exactly once.
///
/// Concurrency: a key is not changed once it is made, and libcrypto lets several threads use one.
@safe final class KeyHandle: @unchecked Sendable {
    let key: OpaquePointer
    let kind: KeyKind

    /// Takes over `key`; nil for a kind that does not sign here, which is freed at once.
    init?(taking key: OpaquePointer?) {
        guard let key = unsafe key else { return nil }
        let number = unsafe ls_key_kind_of(key)
        let isSmall = unsafe number == LS_KEY_RSA && ls_key_bits(key) < KeyKind.rsaBitsMin
        guard let kind = KeyKind.allCases.first(where: { $0.number == number }), !isSmall else {
            unsafe ls_key_free(key)
            return nil
        }
        unsafe self.key = unsafe key
        self.kind = kind
    }

    deinit { unsafe ls_key_free(key) }

    var publicPEM: String {
        var room = [CChar](repeating: 0, count: Int(LS_PEM_MAX))
        let count = unsafe ls_key_public_pem(key, &room)
        precondition(count > 0, "libcrypto could not write a public key")
        return String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var ed25519: [UInt8]? {
        var room = [UInt8](repeating: 0, count: 32)
        return unsafe kind == .ed25519 && ls_key_ed25519(key, &room) ? room : nil
    }
}
