internal import Crypto

/// Who signs. The secret stays out of descriptions.
package struct AWSCredentials: Hashable, Sendable, CustomStringConvertible {
    package let keyID: String
    package let secret: String
    /// Goes along with keys that are lent for a while.
    package let sessionToken: String?

    package init(keyID: String, secret: String, sessionToken: String? = nil) {
        self.keyID = keyID
        self.secret = secret
        self.sessionToken = sessionToken
    }

    package var description: String { "AWS key \(keyID)" }

    /// Whether a request with this token may use the key. Takes the same time wherever the first difference is.
    func isMeant(by token: String?) -> Bool {
        guard let wanted = sessionToken else { return true }
        let given = SHA256.digest(of: Array((token ?? "").utf8))
        return given.isSame(as: SHA256.digest(of: Array(wanted.utf8)))
    }
}
