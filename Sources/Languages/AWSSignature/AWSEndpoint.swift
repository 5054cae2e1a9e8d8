package import Core

/// Where services are spoken to: `https://events.eu-central-1.amazonaws.com`, or a hub.
package struct AWSEndpoint: Hashable, Sendable {
    package let address: String
    /// As requests name it.
    package let host: String
    package let path: String

    package init(parsing address: String) throws(Fault) {
        let lower = address.lowercased()
        let scheme = lower.hasPrefix("https://") ? "https://" : lower.hasPrefix("http://") ? "http://" : nil
        guard let scheme else {
            throw Fault(
                .invalid, "the endpoint \(address) is no address", hint: "write it as https://host or http://host:port")
        }
        let rest = address.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@"), !rest.contains("?") else {
            throw Fault(.invalid, "the endpoint \(address) must be a scheme, a host and perhaps a path")
        }
        self.address = address
        // A port that goes without saying is not said.
        let usual = scheme == "https://" ? ":443" : ":80"
        host = String(authority.hasSuffix(usual) ? authority.dropLast(usual.count) : authority)
        let path = String(rest.dropFirst(authority.count))
        self.path = path.isEmpty ? "/" : path
    }

    /// The fields of a signed call of a JSON service; whoever sends them names the host himself.
    package func fields(
        calling target: String, _ mediaType: String, _ body: [UInt8], signer: AWSSigner, at time: SigningTime
    ) -> [SignedRequest.Field] {
        let plain = SignedRequest(
            "POST", path,
            fields: [.init("Host", host), .init("Content-Type", mediaType), .init("X-Amz-Target", target)],
            payload: .of(body))
        return signer.signed(plain, at: time).fields.filter { $0.name != "Host" }
    }
}
