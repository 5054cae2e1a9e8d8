package import AWSSignature
package import Core
package import WebClient

/// Where events go, and as whom.
package struct SpoolUplink: Sendable {
    package let endpoint: AWSEndpoint
    package let region: String
    /// Asked before every attempt: keys that are lent run out.
    package let credentials: @Sendable () throws(Fault) -> AWSCredentials
    package var web = WebPlan()
    /// For a whole exchange.
    package var answerWithin = 30_000

    package init(
        endpoint: String, region: String, credentials: @escaping @Sendable () throws(Fault) -> AWSCredentials
    ) throws(Fault) {
        self.endpoint = try AWSEndpoint(parsing: endpoint)
        self.region = region
        self.credentials = credentials
    }
}
