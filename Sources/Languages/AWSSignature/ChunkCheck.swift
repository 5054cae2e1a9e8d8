internal import Crypto

/// Believes each chunk when all of it was seen, and the trailers behind them; believes everything in the open form.
struct ChunkCheck: ~Copyable {
    private var chain: ChunkChain?
    private var digest: SHA256?
    private var signature: SHA256Digest?
    /// Of the chunk that is being read, from 1.
    private(set) var number = 0
    let mayHaveTrailers: Bool

    init(_ proof: ChunkProof) {
        chain = proof.chain
        digest = proof.chain == nil ? nil : SHA256()
        mayHaveTrailers = proof.mayHaveTrailers
    }

    var isSigned: Bool { chain != nil }

    /// How many bytes the chunk has that begins with this line.
    mutating func begin(_ line: [UInt8], max: Int) throws(ChunkRefusal) -> Int {
        number += 1
        let head = try ChunkHead(line, number: number, isSigned: isSigned, max: max)
        signature = head.signature
        return head.byteCount
    }

    mutating func update(_ data: UnsafeRawBufferPointer) { unsafe digest?.update(data) }

    mutating func endChunk() throws(ChunkRefusal) {
        guard let found = digest?.finish(), let right = chain?.extend(chunk: found) else { return }
        guard signature?.isSame(as: right) == true else { throw .wrongSignature(chunk: number) }
    }

    mutating func end(_ trailers: ChunkTrailers) throws(ChunkRefusal) {
        guard isSigned, mayHaveTrailers else { return }
        guard let signature = trailers.signature else { throw .unsignedTrailers }
        guard let right = chain?.extend(trailers: trailers.digest), signature.isSame(as: right) else {
            throw .wrongTrailerSignature
        }
    }
}
