internal import CDigest

/// A digest in the making. Noncopyable: one owner of the library's context, which is freed exactly once.
@safe package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = unsafe ls_sha256_create() else { fatalError("libcrypto has no SHA-256") }
        unsafe self.context = unsafe context
    }

    deinit { unsafe ls_sha256_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let taken = unsafe ls_sha256_update(context, bytes.baseAddress, bytes.count)
        precondition(taken, "libcrypto refused bytes of a digest")
    }

    package mutating func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    package mutating func update(_ byte: UInt8) {
        unsafe withUnsafeBytes(of: byte) { unsafe update($0) }
    }

    /// A digest as a part of what is digested: a link of a chain.
    package mutating func update(_ digest: SHA256Digest) {
        var words = digest.words
        for place in 0..<4 { words[place] = words[place].bigEndian }
        unsafe withUnsafeBytes(of: words) { unsafe update($0) }
    }

    /// The digest of everything since the last one; what follows begins a new one.
    package mutating func finish() -> SHA256Digest {
        var digest = ls_sha256_digest()
        let made = unsafe ls_sha256_finish(context, &digest)
        precondition(made, "libcrypto could not finish a digest")
        return SHA256Digest(digest)
    }

    package static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var digest = ls_sha256_digest()
        let made = unsafe ls_sha256_of(bytes.baseAddress, bytes.count, &digest)
        precondition(made, "libcrypto has no SHA-256")
        return SHA256Digest(digest)
    }

    package static func digest(of bytes: [UInt8]) -> SHA256Digest {
        unsafe bytes.withUnsafeBytes { unsafe digest(of: $0) }
    }
}

extension SHA256Digest {
    init(_ digest: ls_sha256_digest) {
        self.init(words: SIMD4(digest.words.0, digest.words.1, digest.words.2, digest.words.3))
    }
}
