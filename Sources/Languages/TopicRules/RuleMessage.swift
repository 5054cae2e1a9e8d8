package import Core
internal import JSON

/// A message as a statement sees it.
package struct RuleMessage: Sendable {
    /// Without the start that names a rule, where it came that way.
    package let topic: String
    package let payload: [UInt8]
    /// What the payload says, when it is JSON.
    package let document: Datum?
    /// Who sent it, when that is known: the name of the connection, and the SHA-256 of the certificate.
    package let client: String?
    package let certificate: String?
    package let account: String
    /// When it came, since 1970.
    package let milliseconds: Int64
    package let trace: String

    package init(
        topic: String, payload: [UInt8], client: String? = nil, certificate: String? = nil, account: String,
        milliseconds: Int64, trace: String = UniqueID.random()
    ) {
        self.topic = topic
        self.payload = payload
        document = try? Datum(json: payload)
        self.client = client
        self.certificate = certificate
        self.account = account
        self.milliseconds = milliseconds
        self.trace = trace
    }
}
