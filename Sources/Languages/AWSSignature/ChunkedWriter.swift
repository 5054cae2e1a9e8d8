internal import Crypto

/// Puts a body into chunks, signed where the request says so.
package struct ChunkedWriter: Sendable {
    private static let lineEnd = Array("\r\n".utf8)
    private let mayHaveTrailers: Bool
    private var chain: ChunkChain?

    package init(_ proof: ChunkProof) {
        mayHaveTrailers = proof.mayHaveTrailers
        chain = proof.chain
    }

    /// The chunk with the line before it. An empty one would be the last: `end` writes that.
    package mutating func chunk(_ bytes: [UInt8]) -> [UInt8] {
        precondition(!bytes.isEmpty, "an empty chunk ends the body")
        return head(bytes) + bytes + Self.lineEnd
    }

    /// What comes behind the last chunk.
    package mutating func end(trailers: [SignedRequest.Field] = []) -> [UInt8] {
        precondition(mayHaveTrailers || trailers.isEmpty, "this form has no place for trailers")
        var fields = trailers.map { SignedRequest.Field($0.name.lowercased(), $0.value) }
        let last = head([])
        if mayHaveTrailers, let signature = chain?.extend(trailers: ChunkTrailers.digest(of: fields)) {
            fields.append(.init(ChunkTrailers.signatureName, "\(signature)"))
        }
        return last + Array(fields.map { "\($0.name):\($0.value)\r\n" }.joined().utf8) + Self.lineEnd
    }

    private mutating func head(_ bytes: [UInt8]) -> [UInt8] {
        let size = String(bytes.count, radix: 16)
        let signature = chain?.extend(chunk: SHA256.digest(of: bytes))
        return Array((signature.map { "\(size);chunk-signature=\($0)" } ?? size).utf8) + Self.lineEnd
    }
}
