package import HTTP

extension Surroundings {
    /// `region`: that of the signature, or the hub's own where nobody signs.
    package init(of exchange: Exchange, region: String) {
        self.init(
            sourceAddress: exchange.peer, userAgent: exchange.head.value(of: "user-agent") ?? "", region: region,
            isSecure: exchange.isSecure)
    }
}
