import AWSSignature

/// What reading a body in pieces came to.
struct ChunkOutcome: Hashable {
    var data: [UInt8] = []
    var trailers: [SignedRequest.Field] = []
    var refusal: ChunkRefusal?

    /// `pieces`: how many bytes at a time.
    init(
        of body: [UInt8], _ proof: ChunkProof?, pieces: Int = .max, wanted: Int? = nil,
        limits: ChunkLimits = ChunkLimits()
    ) {
        guard let proof else { return }
        var reader = ChunkedReader(proof, wanted: wanted, limits: limits)
        var found: [UInt8] = []
        do throws(ChunkFailure<Never>) {
            for start in stride(from: 0, to: body.count, by: min(pieces, max(body.count, 1))) {
                let piece = Array(body[start..<(pieces < body.count - start ? start + pieces : body.count)])
                try reader.read(piece) { found.append(contentsOf: $0) }
            }
            data = found
            do throws(ChunkRefusal) { trailers = try reader.finish() } catch { refusal = error }
        } catch {
            if case .refused(let why) = error { refusal = why }
        }
    }
}
