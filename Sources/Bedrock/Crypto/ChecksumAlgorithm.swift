internal import CChecksum

/// The ways to tell whether an object arrived as it was sent, by the names that S3 has for them.
package enum ChecksumAlgorithm: String, CaseIterable, Hashable, Sendable {
    case crc32 = "CRC32"
    case crc32c = "CRC32C"
    case crc64nvme = "CRC64NVME"
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    /// How long a checksum is.
    package var byteCount: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64nvme: 8
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// Nil for what is no cyclic redundancy check.
    var code: ls_crc? {
        switch self {
        case .crc32: LS_CRC32
        case .crc32c: LS_CRC32C
        case .crc64nvme: LS_CRC64NVME
        case .sha1, .sha256: nil
        }
    }
}
