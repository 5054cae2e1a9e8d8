internal import CDigest

/// A digest of any kind in the making. Noncopyable: one owner of the library's context, which is freed exactly once.
@safe struct MessageDigest: ~Copyable {
    enum Kind: Int {
        case md5 = 16
        case sha1 = 20
        case sha256 = 32
        case sha512 = 64

        var byteCount: Int { rawValue }

        fileprivate var name: ls_digest_kind {
            switch self {
            case .md5: LS_MD5
            case .sha1: LS_SHA1
            case .sha256: LS_SHA256
            case .sha512: LS_SHA512
            }
        }
    }

    private let context: OpaquePointer
    private let kind: Kind

    init(_ kind: Kind) {
        guard let context = unsafe ls_digest_create(kind.name) else { fatalError("libcrypto has no \(kind)") }
        unsafe self.context = unsafe context
        self.kind = kind
    }

    deinit { unsafe ls_digest_free(context) }

    /// Changes what the context holds, and nothing of this value.
    func update(_ bytes: UnsafeRawBufferPointer) {
        let taken = unsafe ls_digest_update(context, bytes.baseAddress, bytes.count)
        precondition(taken, "libcrypto refused bytes of a digest")
    }

    consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: kind.byteCount)
        let made = unsafe ls_digest_finish(context, &digest)
        precondition(made, "libcrypto could not finish a digest")
        return digest
    }
}
