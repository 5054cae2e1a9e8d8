package import Core
package import Crypto

/// The digests that signed metadata name for a file. Kinds that are not known here do not count.
package struct FileDigests: Hashable, Sendable {
    package let sha256: SHA256Digest?
    package let sha512: [UInt8]?

    init(_ reader: MetadataReader) throws(Fault) {
        var sha256: SHA256Digest?
        var sha512: [UInt8]?
        for (name, value) in try reader.members() {
            let text = try value.text()
            switch name {
            case "sha256":
                guard let digest = SHA256Digest(parsing: text) else { throw value.refusal("a SHA-256 digest") }
                sha256 = digest
            case "sha512":
                guard let bytes = Hexadecimal.bytes(text), bytes.count == 64 else {
                    throw value.refusal("a SHA-512 digest")
                }
                sha512 = bytes
            default: continue
            }
        }
        self.sha256 = sha256
        self.sha512 = sha512
    }

    package init(sha256: SHA256Digest) {
        self.sha256 = sha256
        sha512 = nil
    }

    /// Whether anything can be checked at all.
    package var isEmpty: Bool { sha256 == nil && sha512 == nil }

    /// What a file of a consistent snapshot has before its name.
    package var prefix: String? { sha256?.description ?? sha512.map(Hexadecimal.text) }

    package func match(_ bytes: [UInt8]) -> Bool {
        var check = DigestCheck(self)
        unsafe bytes.withUnsafeBytes { unsafe check.update($0) }
        return check.holds()
    }
}

/// What a role says of another role's file.
package struct MetaFile: Hashable, Sendable {
    package let version: Int
    package let length: Int?
    let digests: FileDigests?

    init(_ reader: MetadataReader) throws(Fault) {
        version = try reader.member("version").whole(from: 1)
        length = try reader.optional("length")?.whole(from: 0)
        digests = try reader.optional("hashes").map { member throws(Fault) in try FileDigests(member) }
    }

    func require(_ bytes: [UInt8], _ role: String) throws(Fault) {
        guard length == nil || length == bytes.count else {
            throw Fault(
                .wrongDigest, "\(role) has \(bytes.count) bytes, not the \(length ?? 0) that were signed for")
        }
        guard digests == nil || digests?.match(bytes) == true else {
            throw Fault(.wrongDigest, "\(role) is not the file that was signed for: its digest differs")
        }
    }

    /// The most that is worth fetching.
    func bytesMax(_ limit: Int) throws(Fault) -> Int {
        guard let length else { return limit }
        guard length <= MetadataLimits.announcedBytesMax else {
            throw Fault(.tooLong, "metadata of \(length) bytes were announced, which nobody needs")
        }
        return length
    }
}

/// What a target is, by the role that answers for it.
package struct TargetFacts: Hashable, Sendable {
    package let length: Int
    package let digests: FileDigests
    /// Whatever the owner wrote beside it.
    package let custom: Datum?

    init(_ reader: MetadataReader) throws(Fault) {
        length = try reader.member("length").whole(from: 0)
        digests = try FileDigests(reader.member("hashes"))
        custom = try reader.optional("custom")?.value
    }
}

/// How much metadata anybody would need.
package enum MetadataLimits {
    package static let rootBytesMax = 512_000
    package static let timestampBytesMax = 16_384
    package static let snapshotBytesMax = 2_000_000
    package static let targetsBytesMax = 5_000_000
    /// When a signed length says that there is more.
    package static let announcedBytesMax = 64_000_000
    package static let rootVersionsMax = 256
    package static let delegationsMax = 32
}
