package import Crypto

/// The parts of a request that a signature speaks of, as they go over the wire.
package struct SignedRequest: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: String
    /// As sent, in its encoding, without the query.
    package var path: String
    /// As sent, without the question mark.
    package var query: String
    /// As sent; one of them is `host`.
    package var fields: [Field]
    package var payload: SignedPayload

    package init(
        _ method: String, _ path: String, query: String = "", fields: [Field], payload: SignedPayload
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.payload = payload
    }

    /// Fields of one name joined as one, the name being in lower case.
    package func value(of name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}

/// What a signature says of the body.
package enum SignedPayload: Hashable, Sendable {
    case digest(SHA256Digest)
    /// A word instead: `UNSIGNED-PAYLOAD`, or one that begins with `STREAMING-`.
    case word(String)

    package static let unsigned = SignedPayload.word("UNSIGNED-PAYLOAD")
    package static func of(_ body: [UInt8]) -> SignedPayload { .digest(SHA256.digest(of: body)) }

    package var text: String {
        switch self {
        case .digest(let digest): digest.description
        case .word(let word): word
        }
    }
}
