package import Core
package import HTTP
internal import JSON

/// Where the AWS SDKs inside components fetch their credentials: the container provider's protocol. Each component shows the
/// token of its own that stands in its environment.
package struct CredentialsDoor: Sendable {
    /// With the slash at its end, as Greengrass components know it.
    package static let path = "/2016-11-01/credentialprovider/"

    private let tokens: TokenRing
    private let credentials: @Sendable (String) -> Result<Credentials, Fault>

    /// `credentials` gives a component what it signs with; it may take its time.
    package init(
        tokens: TokenRing, credentials: @escaping @Sendable (String) -> Result<Credentials, Fault>
    ) {
        self.tokens = tokens
        self.credentials = credentials
    }

    package var routes: [Route] {
        [Self.path, String(Self.path.dropLast())].map { pattern in
            unsafe Route(.get, pattern, "A component's credentials") { exchange in give(exchange) }
        }
    }

    private func give(_ exchange: Exchange) {
        guard let given = unsafe exchange.head.bytes(of: "authorization").map({ unsafe [UInt8]($0) }), !given.isEmpty
        else {
            return exchange.refuse(
                .badRequest, "message", "the Authorization header with the component's token is missing")
        }
        guard let name = tokens.owner(of: given) else {
            return exchange.refuse(.forbidden, "message", "no component has this token")
        }
        let reactor = exchange.reactor
        reactor.workers.submit {
            let answer = credentials(name)
            reactor.post {
                switch answer {
                case .success(let credentials):
                    exchange.respond(.ok, fields: [("Cache-Control", "no-store")]) { buffer in
                        var json = JSONWriter(buffer)
                        credentials.write(&json)
                    }
                case .failure(let fault):
                    Log.line("no credentials for \(name): \(fault)")
                    exchange.refuse(.internalError, "message", "there are no credentials now: \(fault.message)")
                }
            }
        }
    }
}
