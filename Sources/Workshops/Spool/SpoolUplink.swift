package import AWSSignature
package import Core
package import WebClient

/// Where events go, and as whom.
package struct SpoolUplink: Sendable {
    /// `https://events.eu-central-1.amazonaws.com`, or a hub.
    package let endpoint: String
    package let region: String
    /// The host as requests name it, and the path.
    let host: String
    let path: String
    /// Asked before every attempt: keys that are lent run out.
    package let credentials: @Sendable () throws(Fault) -> AWSCredentials
    package var web = WebPlan()
    /// For a whole exchange.
    package var answerWithin = 30_000

    package init(
        endpoint: String, region: String, credentials: @escaping @Sendable () throws(Fault) -> AWSCredentials
    ) throws(Fault) {
        let lower = endpoint.lowercased()
        let scheme = lower.hasPrefix("https://") ? "https://" : lower.hasPrefix("http://") ? "http://" : nil
        guard let scheme else {
            throw Fault(
                .invalid, "the endpoint \(endpoint) is no address", hint: "write it as https://host or http://host:port"
            )
        }
        let rest = endpoint.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@"), !rest.contains("?") else {
            throw Fault(.invalid, "the endpoint \(endpoint) must be a scheme, a host and perhaps a path")
        }
        self.endpoint = endpoint
        self.region = region
        self.credentials = credentials
        // A port that goes without saying is not said.
        let usual = scheme == "https://" ? ":443" : ":80"
        host = String(authority.hasSuffix(usual) ? authority.dropLast(usual.count) : authority)
        let path = String(rest.dropFirst(authority.count))
        self.path = path.isEmpty ? "/" : path
    }
}
