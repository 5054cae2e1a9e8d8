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
}
