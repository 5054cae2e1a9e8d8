internal import CChecksum

/// A checksum in the making.
package struct Checksum: ~Copyable {
    package let algorithm: ChecksumAlgorithm
    /// Of a cyclic redundancy check.
    private var check: UInt64 = 0
    /// Of the others.
    private let digest: MessageDigest?

    package init(_ algorithm: ChecksumAlgorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .crc32, .crc32c, .crc64nvme: digest = nil
        case .sha1: digest = MessageDigest(.sha1)
        case .sha256: digest = MessageDigest(.sha256)
        }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if let code = algorithm.code {
            check = unsafe ls_crc_update(code, check, bytes.baseAddress, bytes.count)
        } else {
            unsafe digest?.update(bytes)
        }
    }

    package mutating func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    /// The first byte highest, as S3 writes them in base 64.
    package consuming func finish() -> [UInt8] {
        let number = Self.bytes(of: check, algorithm.byteCount)
        return digest?.finish() ?? number
    }

    /// Of bytes that lie in one place.
    package static func of(_ bytes: [UInt8], _ algorithm: ChecksumAlgorithm) -> [UInt8] {
        var checksum = Checksum(algorithm)
        checksum.update(bytes)
        return checksum.finish()
    }

    /// The checksum of two texts in a row, of which the second has so many bytes. Nil where only the texts could tell,
    /// and for checksums of other lengths.
    package static func combine(
        _ algorithm: ChecksumAlgorithm, _ first: [UInt8], _ second: [UInt8], secondByteCount: Int
    ) -> [UInt8]? {
        guard let code = algorithm.code, first.count == algorithm.byteCount, second.count == algorithm.byteCount,
            let count = UInt64(exactly: secondByteCount)
        else { return nil }
        let check = ls_crc_combine(code, number(first), number(second), count)
        return bytes(of: check, algorithm.byteCount)
    }

    private static func number(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func bytes(of number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64((count - 1 - $0) * 8)) }
    }
}
