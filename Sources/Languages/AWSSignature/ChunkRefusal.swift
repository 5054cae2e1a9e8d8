/// Why a body of chunks is not believed.
package enum ChunkRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case headTooLong(max: Int)
    /// The size is not a hexadecimal number, or more comes behind it than belongs there.
    case malformedHead(String)
    case unsignedChunk(Int)
    case chunkTooLarge(max: Int)
    /// A chunk is longer than it says.
    case unendedChunk(Int)
    case wrongSignature(chunk: Int)
    case trailersTooLong(max: Int)
    case malformedTrailer(String)
    case repeatedTrailer(String)
    case unexpectedTrailer(String)
    case unsignedTrailers
    case wrongTrailerSignature
    /// There is more or less than `x-amz-decoded-content-length` says.
    case otherByteCount(wanted: Int)
    case unfinished
    case continued
    /// An earlier piece could not be put where it belongs, so that what follows has no place either.
    case interrupted

    package var description: String {
        switch self {
        case .headTooLong(let max): "the line before a chunk is longer than \(max) bytes"
        case .malformedHead(let line): "the line before a chunk is \"\(line)\", which is not its size and its signature"
        case .unsignedChunk(let number): "chunk \(number) has no signature"
        case .chunkTooLarge(let max): "a chunk has more than \(max) bytes"
        case .unendedChunk(let number): "chunk \(number) does not end in a new line"
        case .wrongSignature(let number): "the signature of chunk \(number) does not match"
        case .trailersTooLong(let max): "the trailers are longer than \(max) bytes"
        case .malformedTrailer(let line): "the trailer \"\(line)\" is not a name, a colon and a value"
        case .repeatedTrailer(let name): "the trailer \"\(name)\" comes twice"
        case .unexpectedTrailer(let name): "the trailer \"\(name)\" does not belong where it is"
        case .unsignedTrailers: "the trailers have no signature"
        case .wrongTrailerSignature: "the signature of the trailers does not match"
        case .otherByteCount(let wanted): "the body does not have the \(wanted) bytes that were announced"
        case .unfinished: "the body ends before its last chunk"
        case .continued: "there is something behind the end of the body"
        case .interrupted: "an earlier piece of the body was not taken"
        }
    }
}

/// Why reading chunks stopped: because of them, or because of who takes what is in them.
package enum ChunkFailure<Taker: Error>: Error {
    case refused(ChunkRefusal)
    case notTaken(Taker)
}

extension ChunkFailure: Equatable where Taker: Equatable {}
