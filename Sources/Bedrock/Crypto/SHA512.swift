internal import CDigest

/// The longer digest in the making. Noncopyable: one owner of the library's context, which is freed exactly once.
@safe package struct SHA512: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = unsafe ls_sha512_create() else { fatalError("libcrypto has no SHA-512") }
        unsafe self.context = unsafe context
    }

    deinit { unsafe ls_sha512_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let taken = unsafe ls_sha512_update(context, bytes.baseAddress, bytes.count)
        precondition(taken, "libcrypto refused bytes of a digest")
    }

    /// The 64 bytes.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        let made = unsafe ls_sha512_finish(context, &digest)
        precondition(made, "libcrypto could not finish a digest")
        return digest
    }
}
