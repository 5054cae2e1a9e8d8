package import Crypto

/// Signatures of which each speaks of the one before it, so that no chunk can be left out, added or moved.
package struct ChunkChain: Hashable, Sendable {
    private static let nothing = SHA256.digest(of: [])
    private let key: SHA256Digest
    private let time: SigningTime
    private let scope: SigningScope
    /// The newest one; the request's own at first.
    package private(set) var last: SHA256Digest

    package init(seed: SHA256Digest, at time: SigningTime, _ scope: SigningScope, secret: String) {
        last = seed
        self.time = time
        self.scope = scope
        key = scope.key(secret: secret)
    }

    /// Begins with the signature that a request has in its header; nil without one.
    package init?(after request: SignedRequest, secret: String) {
        guard let proof = request.value(of: "authorization").flatMap(AWSAuthorization.init(parsing:)),
            let seed = SHA256Digest(parsing: proof.signature),
            let time = request.value(of: "x-amz-date").flatMap(SigningTime.init(parsing:))
        else { return nil }
        self.init(seed: seed, at: time, proof.scope, secret: secret)
    }

    /// The signature of one more chunk.
    package mutating func extend(chunk: SHA256Digest) -> SHA256Digest {
        extend("\(AWSSigner.algorithm)-PAYLOAD", "\(Self.nothing)\n\(chunk)")
    }

    /// The signature of what comes behind the chunks.
    package mutating func extend(trailers: SHA256Digest) -> SHA256Digest {
        extend("\(AWSSigner.algorithm)-TRAILER", "\(trailers)")
    }

    private mutating func extend(_ algorithm: String, _ digests: String) -> SHA256Digest {
        last = HMAC256.code("\(algorithm)\n\(time)\n\(scope)\n\(last)\n\(digests)", key: key)
        return last
    }
}
