internal import AWSSignature
internal import Core

/// A body as it is on the wire, and what is in it: it goes as it is, or in chunks.
struct BodyDecoder: ~Copyable {
    private var reader: ChunkedReader?
    /// What the head announced of the body's end.
    private let announced: [String]

    init() {
        reader = nil
        announced = []
    }

    init(_ arrival: ObjectArrival, key: AWSCredentials) throws(ServiceProblem) {
        announced = (arrival.request.field("x-amz-trailer") ?? "").split(separator: ",").map { $0.trimmed.lowercased() }
        guard let word = arrival.request.field("x-amz-content-sha256"), word.hasPrefix("STREAMING-") else {
            reader = nil
            return
        }
        guard let proof = ChunkProof(of: arrival.signed, sender: key) else {
            throw ServiceProblem("NotImplemented", "\(word.prefix(60)) is not offered by this hub.", status: 501)
        }
        let length = arrival.request.field("x-amz-decoded-content-length")
        guard let length, let wanted = Int(length), wanted >= 0 else {
            throw ServiceProblem(
                "MissingContentLength",
                "You must provide the Content-Length HTTP header: x-amz-decoded-content-length is missing.",
                status: 411)
        }
        reader = ChunkedReader(proof, wanted: wanted)
    }

    mutating func read(
        _ piece: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(ServiceProblem) -> Void
    ) throws(ServiceProblem) {
        guard reader != nil else { return unsafe try take(piece) }
        do throws(ChunkFailure<ServiceProblem>) {
            unsafe try reader?.read(piece, take)
        } catch {
            switch error {
            case .refused(let why): throw Self.problem(why)
            case .notTaken(let problem): throw problem
            }
        }
    }

    /// The trailers, when the body is whole.
    mutating func finish() throws(ServiceProblem) -> [String: String] {
        guard let reader = reader.take() else { return [:] }
        let fields: [SignedRequest.Field]
        do throws(ChunkRefusal) { fields = try reader.finish() } catch { throw Self.problem(error) }
        let trailers = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
        for name in announced where trailers[name] == nil {
            throw ServiceProblem(
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published schema: \(name.prefix(80)) is missing."
            )
        }
        return trailers
    }

    private static func problem(_ refusal: ChunkRefusal) -> ServiceProblem {
        switch refusal {
        case .wrongSignature, .wrongTrailerSignature, .unsignedTrailers, .unsignedChunk:
            ServiceProblem(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided: \(refusal).",
                status: 403)
        case .unfinished, .otherByteCount:
            ServiceProblem("IncompleteBody", "The request body terminated unexpectedly: \(refusal).")
        case .malformedTrailer, .repeatedTrailer, .unexpectedTrailer, .trailersTooLong:
            ServiceProblem("MalformedTrailerError", "\(refusal).")
        default: ServiceProblem("InvalidRequest", "\(refusal).")
        }
    }
}
