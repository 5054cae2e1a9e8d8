internal import Core
internal import JSON

/// What a component signs its requests with, for a while.
package struct Credentials: Hashable, Sendable {
    package let accessKeyId: String
    package let secretAccessKey: String
    package let token: String
    /// Milliseconds since 1970.
    package let expiration: UInt64

    package init(accessKeyId: String, secretAccessKey: String, token: String, expiration: UInt64) {
        self.accessKeyId = accessKeyId
        self.secretAccessKey = secretAccessKey
        self.token = token
        self.expiration = expiration
    }

    /// A pair that only this machine's own endpoints know.
    package static func minted(until expiration: UInt64) -> Credentials {
        Credentials(
            accessKeyId: "ASIA" + Secret.minted(letters: 16, capitalsOnly: true),
            secretAccessKey: Secret.minted(letters: 40), token: Secret.minted(letters: 64), expiration: expiration)
    }

    func write(_ json: inout JSONWriter) {
        json.beginObject()
        json.member("AccessKeyId", accessKeyId)
        json.member("SecretAccessKey", secretAccessKey)
        json.member("Token", token)
        json.member("Expiration", CivilTime(milliseconds: Int64(expiration)).iso)
        json.endObject()
    }
}
