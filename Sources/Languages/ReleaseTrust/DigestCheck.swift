internal import Crypto

/// Compares bytes as they pass with every digest that was signed for.
package struct DigestCheck: ~Copyable {
    private let wanted: FileDigests
    private var sha256 = SHA256()
    private var sha512 = SHA512()

    package init(_ wanted: FileDigests) { self.wanted = wanted }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if wanted.sha256 != nil { unsafe sha256.update(bytes) }
        if wanted.sha512 != nil { unsafe sha512.update(bytes) }
    }

    /// Where no digest is known, nothing holds.
    package consuming func holds() -> Bool {
        if wanted.isEmpty { return false }
        if let digest = wanted.sha256, sha256.finish() != digest { return false }
        if let digest = wanted.sha512, sha512.finish() != digest { return false }
        return true
    }
}
