internal import CDigest

/// HMAC with SHA-1, RFC 2104: for Signature Version 2, and for nothing that is new.
package enum HMACSHA1 {
    package static let byteCount = 20

    /// The 20 bytes that only who knows the key can make of the text.
    package static func code(_ text: String, key: String) -> [UInt8] {
        let text = Array(text.utf8)
        let key = Array(key.utf8)
        var code = [UInt8](repeating: 0, count: byteCount)
        let made = unsafe ls_hmac_sha1(key, key.count, text, text.count, &code)
        precondition(made, "libcrypto has no SHA-1")
        return code
    }
}
