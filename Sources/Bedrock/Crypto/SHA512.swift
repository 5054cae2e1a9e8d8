/// The longer digest in the making.
package struct SHA512: ~Copyable {
    private let digest = MessageDigest(.sha512)

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { unsafe digest.update(bytes) }

    /// The 64 bytes.
    package consuming func finish() -> [UInt8] { digest.finish() }
}
