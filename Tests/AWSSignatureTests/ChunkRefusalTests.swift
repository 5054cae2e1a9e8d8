import AWSSignature
import Crypto
import Testing

/// Everything malformed is refused for its own reason, in one piece and byte by byte.
@Suite struct ChunkRefusalTests {
    private static func check(
        _ body: String, _ proof: ChunkProof?, _ wanted: ChunkRefusal?, limits: ChunkLimits = ChunkLimits()
    ) {
        for pieces in [1, 2, .max] {
            let found = ChunkOutcome(of: Array(body.utf8), proof, pieces: pieces, limits: limits)
            #expect(found.refusal == wanted, "\(body.debugDescription) in pieces of \(pieces)")
        }
        if let wanted { #expect(!wanted.description.isEmpty && !wanted.description.hasSuffix(".")) }
    }

    @Test(
        arguments: [
            ("", .unfinished), ("0\r\n", .unfinished), ("\r\n", .malformedHead("")), ("-1\r\n", .malformedHead("-1")),
            ("0x1\r\n", .malformedHead("0x1")), ("1 \r\n", .malformedHead("1 ")), ("+1\r\n", .malformedHead("+1")),
            ("00000000000000001\r\n", .malformedHead("00000000000000001")), ("1\n", .malformedHead("1")),
            ("1;\r\n", .malformedHead("1;")), ("1;a=b\r\n", .malformedHead("1;a=b")),
            ("ffffffffffffffff\r\n", .chunkTooLarge(max: 5 << 30)), ("140000001\r\n", .chunkTooLarge(max: 5 << 30)),
            ("1\r\nab\r\n", .unendedChunk(1)), ("1\r\na\n", .unendedChunk(1)), ("1\r\na\r\r", .unendedChunk(1)),
            ("1\r\na\r\n1\r\nabc", .unendedChunk(2)), ("0\r\nname\r\n\r\n", .malformedTrailer("name")),
            ("0\r\n:value\r\n\r\n", .malformedTrailer(":value")), ("0\r\na b:c\r\n\r\n", .malformedTrailer("a b:c")),
            ("0\r\na:b\u{1}\r\n\r\n", .malformedTrailer("a:b\u{1}")), ("0\r\na:b\r\nA:c\r\n", .repeatedTrailer("a")),
            ("0\r\nx-amz-trailer-signature:00\r\n", .unexpectedTrailer("x-amz-trailer-signature")),
            ("0\r\n\r\n0\r\n\r\n", .continued), ("0\r\n\r\n\r\n", .continued),
        ] as [(String, ChunkRefusal)])
    func inTheOpenForm(_ testCase: (body: String, refusal: ChunkRefusal)) {
        Self.check(testCase.body, .open, testCase.refusal)
    }

    @Test(
        arguments: [
            ("0\r\n\r\n", []), ("000\r\na:\r\n\r\n", [.init("a", "")]),
            (
                "A\r\n0123456789\r\n0\r\nX-Amz-Checksum-CRC32: AA== \r\nb:c:d\r\n\r\n",
                [.init("x-amz-checksum-crc32", "AA=="), .init("b", "c:d")]
            ),
            // As minio-go writes them.
            ("0\r\na:b\n\r\n\r\n", [.init("a", "b")]), ("0\r\na:b\nc:d\n\r\n\r\n", [.init("a", "b"), .init("c", "d")]),
        ] as [(String, [SignedRequest.Field])])
    func theOpenFormIsReadOtherwise(_ testCase: (body: String, trailers: [SignedRequest.Field])) {
        Self.check(testCase.body, .open, nil)
        #expect(ChunkOutcome(of: Array(testCase.body.utf8), .open).trailers == testCase.trailers)
    }

    private static let zeros = String(repeating: "0", count: 64)

    @Test(
        arguments: [
            ("1\r\n", .unsignedChunk(1)), ("1;chunk-signature=\r\n", .malformedHead("1;chunk-signature=")),
            ("1;Chunk-signature=\(zeros)\r\n", .malformedHead("1;Chunk-signature=\(zeros)")),
            ("1;chunk-signature=\(zeros)0\r\n", .malformedHead("1;chunk-signature=\(zeros)0")),
            ("0;chunk-signature=\(zeros)\r\n", .wrongSignature(chunk: 1)),
            ("1;chunk-signature=\(zeros)\r\na", .wrongSignature(chunk: 1)),
        ] as [(String, ChunkRefusal)])
    func inTheSignedForms(_ testCase: (body: String, refusal: ChunkRefusal)) {
        for example in [ChunkExample.signed, .signedWithTrailers] {
            Self.check(testCase.body, example.proof, testCase.refusal)
        }
    }

    /// The last chunk as it is signed, and something else behind it.
    @Test(arguments: [
        (ChunkedForm.signed, "a:b\r\n\r\n", ChunkRefusal?.some(.unexpectedTrailer("a"))),
        (.signed, "x-amz-trailer-signature:\(zeros)\r\n\r\n", .unexpectedTrailer("x-amz-trailer-signature")),
        (.signedWithTrailers, "\r\n", .unsignedTrailers), (.signedWithTrailers, "a:b\r\n\r\n", .unsignedTrailers),
        (.signedWithTrailers, "a:b\r\nx-amz-trailer-signature:\(zeros)\r\n\r\n", .wrongTrailerSignature),
        (.signedWithTrailers, "x-amz-trailer-signature:xyz\r\n\r\n", .wrongTrailerSignature),
        (.signedWithTrailers, "x-amz-trailer-signature:\(zeros)\r\na:b\r\n", .unexpectedTrailer("a")),
    ])
    func behindSignedChunks(_ testCase: (form: ChunkedForm, body: String, refusal: ChunkRefusal?)) {
        let bare = SignedRequest("PUT", "/b/k", fields: [.init("Host", "h")], payload: .unsigned)
        let head = ChunkExample.signer.chunked(bare, as: testCase.form, byteCount: 0, at: ChunkExample.time)
        var writer = head.writer
        let end = String(decoding: writer.end(), as: UTF8.self)
        let last = end.prefix { $0 != "\r\n" } + "\r\n"
        Self.check(last + testCase.body, ChunkProof(of: head.request, sender: ChunkExample.key), testCase.refusal)
    }

    /// The trailer of the worked example, as minio-go sends it.
    @Test func signedTrailersMayEndBare() {
        let example = ChunkExample.signedWithTrailers
        let text = String(decoding: example.encoded, as: UTF8.self)
        let bare = text.replacing("sOO8/Q==\r\n", with: "sOO8/Q==\n\r\n")
        let found = ChunkOutcome(of: Array(bare.utf8), example.proof)
        #expect(bare != text && found.refusal == nil && found.trailers == example.trailers)
    }

    @Test func everythingHasALimit() {
        var limits = ChunkLimits()
        limits.headBytesMax = 4
        limits.chunkBytesMax = 16
        limits.trailerBytesMax = 10
        Self.check("0010\r\n", .open, .unfinished, limits: limits)
        Self.check("00010\r\n", .open, .headTooLong(max: 4), limits: limits)
        Self.check("000000", .open, .headTooLong(max: 4), limits: limits)
        Self.check("11\r\n", .open, .chunkTooLarge(max: 16), limits: limits)
        Self.check("0\r\na:345678\r\n\r\n", .open, nil, limits: limits)
        Self.check("0\r\na:34567890\r\n\r\n", .open, nil, limits: limits)
        Self.check("0\r\na:345678901\r\n\r\n", .open, .trailersTooLong(max: 10), limits: limits)
        Self.check("0\r\na:345678901\n", .open, .trailersTooLong(max: 10), limits: limits)
        Self.check("0\r\na:345\r\nb:34\r\n\r\n", .open, .trailersTooLong(max: 10), limits: limits)
    }

    @Test func aProofNeedsASignature() {
        let request = SignedRequest(
            "PUT", "/", fields: [.init("x-amz-content-sha256", ChunkedForm.signed.rawValue)], payload: .unsigned)
        #expect(ChunkProof(of: request, sender: ChunkExample.key) == nil)
        var signed = ChunkExample.signer.signed(request, at: ChunkExample.time)
        #expect(ChunkProof(of: signed, sender: nil) == nil)
        #expect(ChunkProof(of: signed, sender: ChunkExample.key) != nil)
        signed.fields.removeAll { $0.name == "x-amz-content-sha256" }
        #expect(ChunkProof(of: signed, sender: ChunkExample.key) == nil)
        let open = SignedRequest(
            "PUT", "/", fields: [.init("X-Amz-Content-Sha256", ChunkedForm.open.rawValue)], payload: .unsigned)
        #expect(ChunkProof(of: open, sender: nil) == .open)
    }
}
