internal import CDigest

/// A digest that only who knows the key can make: HMAC with SHA-256, RFC 2104.
package enum HMAC256 {
    package static func code(_ bytes: [UInt8], key: [UInt8]) -> SHA256Digest {
        var digest = ls_sha256_digest()
        let made = unsafe key.withUnsafeBytes { key in
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe ls_hmac_sha256(key.baseAddress, key.count, bytes.baseAddress, bytes.count, &digest)
            }
        }
        precondition(made, "libcrypto has no SHA-256")
        return SHA256Digest(digest)
    }

    package static func code(_ text: String, key: SHA256Digest) -> SHA256Digest {
        code(Array(text.utf8), key: key.bytes)
    }
}

extension SHA256Digest {
    /// Compares in the same time wherever the first difference is: for codes that somebody may be guessing.
    package func isSame(as other: SHA256Digest) -> Bool {
        let difference = words ^ other.words
        return difference[0] | difference[1] | difference[2] | difference[3] == 0
    }
}
