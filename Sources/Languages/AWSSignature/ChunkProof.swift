/// What there is to believe in a body of chunks: nothing, or signatures that begin with the request's own.
package enum ChunkProof: Hashable, Sendable {
    case open
    case signed(ChunkChain)
    case signedWithTrailers(ChunkChain)

    /// Nil where the form needs a signature and there is no chain to check it.
    package init?(_ form: ChunkedForm, chain: ChunkChain?) {
        switch (form, chain) {
        case (.open, _): self = .open
        case (.signed, let chain?): self = .signed(chain)
        case (.signedWithTrailers, let chain?): self = .signedWithTrailers(chain)
        case (.signed, nil), (.signedWithTrailers, nil): return nil
        }
    }

    /// Of a request whose own signature is already believed to be its sender's. Nil for a body that goes as it is,
    /// and for signed chunks behind a request that is not signed.
    package init?(of request: SignedRequest, sender: AWSCredentials?) {
        guard let form = ChunkedForm(of: request) else { return nil }
        self.init(form, chain: sender.flatMap { ChunkChain(after: request, secret: $0.secret) })
    }

    var chain: ChunkChain? {
        switch self {
        case .open: nil
        case .signed(let chain), .signedWithTrailers(let chain): chain
        }
    }

    var mayHaveTrailers: Bool {
        if case .signed = self { false } else { true }
    }
}
