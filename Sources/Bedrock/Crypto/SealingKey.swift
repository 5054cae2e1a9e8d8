internal import CDigest

/// Keeps bytes from whoever finds them: AES-256-GCM under a key of 32 bytes.
package struct SealingKey: Sendable {
    package static let byteCount = 32
    private static let nonceBytes = 12
    private static let tagBytes = 16
    package let bytes: [UInt8]

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    private init(random bytes: [UInt8]) { self.bytes = bytes }

    package static func minted() -> SealingKey { SealingKey(random: Self.random(byteCount)) }

    /// The bytes behind a nonce that is used once. Whoever opens them must name the same context.
    package func seal(_ plain: [UInt8], context: String) -> [UInt8] {
        let nonce = Self.random(Self.nonceBytes)
        let context = Array(context.utf8)
        let sealed = unsafe [UInt8](unsafeUninitializedCapacity: plain.count + Self.tagBytes) { buffer, count in
            let start = buffer.baseAddress
            let done = unsafe ls_seal(bytes, nonce, context, context.count, plain, plain.count, start)
            precondition(done, "libcrypto has no AES-256-GCM")
            count = plain.count + Self.tagBytes
        }
        return nonce + sealed
    }

    /// Nil for what was changed, or sealed with another key or for another context.
    package func open(_ sealed: [UInt8], context: String) -> [UInt8]? {
        guard sealed.count >= Self.nonceBytes + Self.tagBytes else { return nil }
        let nonce = Array(sealed.prefix(Self.nonceBytes))
        let rest = Array(sealed.dropFirst(Self.nonceBytes))
        let context = Array(context.utf8)
        var isWhole = false
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: rest.count) { buffer, count in
            let start = buffer.baseAddress
            isWhole = unsafe ls_unseal(bytes, nonce, context, context.count, rest, rest.count, start)
            count = isWhole ? rest.count - Self.tagBytes : 0
        }
        return isWhole ? plain : nil
    }

    /// From the kernel's random numbers.
    package static func random(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let start = buffer.baseAddress
            let done = unsafe ls_random(start, count)
            precondition(done, "the kernel gives no random numbers")
            filled = count
        }
    }
}

/// Long bytes in chunks, under a key that seals nothing else: a chunk's number is its nonce, so that chunks cannot change
/// places.
extension SealingKey {
    package static let chunkOverhead = tagBytes

    package func seal(chunk plain: [UInt8], number: UInt64) -> [UInt8] {
        let nonce = Self.nonce(number)
        return unsafe [UInt8](unsafeUninitializedCapacity: plain.count + Self.tagBytes) { buffer, count in
            let start = buffer.baseAddress
            let done = unsafe ls_seal(bytes, nonce, nil, 0, plain, plain.count, start)
            precondition(done, "libcrypto has no AES-256-GCM")
            count = plain.count + Self.tagBytes
        }
    }

    /// Nil for what was changed, or is another chunk.
    package func open(chunk sealed: [UInt8], number: UInt64) -> [UInt8]? {
        guard sealed.count >= Self.tagBytes else { return nil }
        let nonce = Self.nonce(number)
        var isWhole = false
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: sealed.count) { buffer, count in
            let start = buffer.baseAddress
            isWhole = unsafe ls_unseal(bytes, nonce, nil, 0, sealed, sealed.count, start)
            count = isWhole ? sealed.count - Self.tagBytes : 0
        }
        return isWhole ? plain : nil
    }

    private static func nonce(_ number: UInt64) -> [UInt8] {
        [0, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }
}
