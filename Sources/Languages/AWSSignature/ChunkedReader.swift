/// Reads a body of chunks, `aws-chunked`, from pieces of any size and hands out what is in them.
///
/// A chunk's signature is known to be right only when all of the chunk was handed out, and the body is whole only when
/// `finish` returns. Whoever takes the bytes must be able to drop all of them, and does so when this throws: after a
/// throw nothing more is read. Memory: one line, never a chunk.
package struct ChunkedReader: ~Copyable {
    private enum Stage {
        case head
        case data(left: Int)
        case dataEnd
        case trailers
        case done
    }

    private let limits: ChunkLimits
    /// As `x-amz-decoded-content-length` says.
    private let wanted: Int?
    private var check: ChunkCheck
    private var stage = Stage.head
    private var line = ChunkLine()
    private var trailers = ChunkTrailers()
    private var refusal: ChunkRefusal?
    /// Handed out so far.
    package private(set) var byteCount = 0

    /// `wanted`: how many bytes there are in all chunks, where it is known.
    package init(_ proof: ChunkProof, wanted: Int?, limits: ChunkLimits = ChunkLimits()) {
        self.limits = limits
        self.wanted = wanted
        check = ChunkCheck(proof)
    }

    /// Hands the data of a piece to `take`, which must not keep the pointer.
    package mutating func read<Taker: Error>(
        _ piece: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(Taker) -> Void
    ) throws(ChunkFailure<Taker>) {
        if let refusal { throw .refused(refusal) }
        do throws(ChunkFailure<Taker>) {
            var rest = unsafe piece
            while unsafe !rest.isEmpty {
                if case .data(let left) = stage {
                    try unsafe readData(left, &rest, take)
                } else {
                    do throws(ChunkRefusal) { try unsafe readLine(&rest) } catch { throw .refused(error) }
                }
            }
        } catch {
            if case .refused(let why) = error { refusal = why } else { refusal = .interrupted }
            throw error
        }
    }

    /// The trailers, their names in lower case, when the body is whole.
    package consuming func finish() throws(ChunkRefusal) -> [SignedRequest.Field] {
        if let refusal { throw refusal }
        guard case .done = stage else { throw .unfinished }
        return trailers.fields
    }

    private mutating func readData<Taker: Error>(
        _ left: Int, _ rest: inout UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(Taker) -> Void
    ) throws(ChunkFailure<Taker>) {
        let count = min(left, rest.count)
        let data = unsafe UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        unsafe check.update(data)
        byteCount += count
        do throws(Taker) { try unsafe take(data) } catch { throw .notTaken(error) }
        stage = .data(left: left - count)
        guard count == left else { return }
        do throws(ChunkRefusal) { try check.endChunk() } catch { throw .refused(error) }
        stage = .dataEnd
    }

    private mutating func readLine(_ rest: inout UnsafeRawBufferPointer) throws(ChunkRefusal) {
        switch stage {
        case .head, .data: try unsafe readHead(&rest)
        case .dataEnd:
            let refusal = ChunkRefusal.unendedChunk(check.number)
            guard let end = try unsafe line.take(from: &rest, max: 0, or: refusal) else { return }
            guard end.hasReturn else { throw refusal }
            stage = .head
        case .trailers: try unsafe readTrailer(&rest)
        case .done: throw .continued
        }
    }

    private mutating func readHead(_ rest: inout UnsafeRawBufferPointer) throws(ChunkRefusal) {
        let max = limits.headBytesMax
        guard let ended = try unsafe line.take(from: &rest, max: max, or: .headTooLong(max: max)) else { return }
        guard ended.hasReturn else { throw .malformedHead(String(decoding: ended.text, as: UTF8.self)) }
        let count = try check.begin(ended.text, max: limits.chunkBytesMax)
        if let wanted, count > wanted - byteCount { throw .otherByteCount(wanted: wanted) }
        guard count == 0 else { return stage = .data(left: count) }
        try check.endChunk()
        if let wanted, wanted != byteCount { throw .otherByteCount(wanted: wanted) }
        stage = .trailers
    }

    private mutating func readTrailer(_ rest: inout UnsafeRawBufferPointer) throws(ChunkRefusal) {
        let max = limits.trailerBytesMax
        let room = trailers.room(max)
        guard let ended = try unsafe line.take(from: &rest, max: room, or: .trailersTooLong(max: max)) else { return }
        guard try trailers.add(ended, check) else { return }
        try check.end(trailers)
        stage = .done
    }
}

extension ChunkedReader {
    package mutating func read<Taker: Error>(
        _ piece: [UInt8], _ take: (UnsafeRawBufferPointer) throws(Taker) -> Void
    ) throws(ChunkFailure<Taker>) {
        try unsafe piece.span.bytes.withUnsafeBytes { (piece) throws(ChunkFailure<Taker>) in
            try unsafe read(piece, take)
        }
    }
}
