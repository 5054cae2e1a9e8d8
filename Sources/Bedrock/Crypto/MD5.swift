/// The digest that names objects in ETags. It proves nothing: whoever wants to can make two texts with the same one.
package struct MD5: ~Copyable {
    package static let byteCount = 16
    private let digest = MessageDigest(.md5)

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { unsafe digest.update(bytes) }
    package mutating func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    /// The 16 bytes.
    package consuming func finish() -> [UInt8] { digest.finish() }

    /// Of bytes that lie in one place.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var digest = MD5()
        digest.update(bytes)
        return digest.finish()
    }
}
