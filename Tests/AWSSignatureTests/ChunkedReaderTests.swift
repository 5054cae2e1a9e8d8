import AWSSignature
import Core
import Crypto
import Testing

@Suite struct ChunkedReaderTests {
    @Test(arguments: ChunkExample.all) func readsTheWorkedExample(_ example: ChunkExample) {
        for pieces in [7, 4096, 65_537, .max] {
            let found = ChunkOutcome(of: example.encoded, example.proof, pieces: pieces, wanted: 66_560)
            #expect(found.refusal == nil && found.data == ChunkExample.body && found.trailers == example.trailers)
        }
    }

    @Test(arguments: [ChunkExample.signed, .signedWithTrailers])
    func signsTheWorkedExample(_ example: ChunkExample) throws {
        let header = try #require(example.head.request.value(of: "authorization"))
        let proof = try #require(AWSAuthorization(parsing: header))
        #expect(proof.signature == example.signatures[0])
        let text = String(decoding: example.encoded, as: UTF8.self)
        for signature in example.signatures.dropFirst() { #expect(text.contains(signature)) }
        let checksum = Checksum.of(ChunkExample.body, .crc32c)
        #expect(Base64.text(checksum) == "sOO8/Q==")
    }

    /// AWS states the size of the first one: 66,824 bytes.
    @Test func isAsLongAsAWSSays() { #expect(ChunkExample.signed.encoded.count == 66_824) }

    private static let body = Array("hello, hub".utf8)

    /// Three chunks, small enough to try everything with.
    private static func small(_ form: ChunkedForm) -> (body: [UInt8], proof: ChunkProof?) {
        let trailers: [SignedRequest.Field] = form == .signed ? [] : [.init("X-Amz-Checksum-CRC32", "AAAAAA==")]
        let bare = SignedRequest("PUT", "/b/k", fields: [.init("Host", "h")], payload: .unsigned)
        let (request, made) = ChunkExample.signer.chunked(
            bare, as: form, byteCount: body.count, trailers: trailers.map(\.name), at: ChunkExample.time)
        var writer = made
        let text = writer.chunk(Array(body.prefix(4))) + writer.chunk(Array(body.dropFirst(4)))
        return (text + writer.end(trailers: trailers), ChunkProof(of: request, sender: ChunkExample.key))
    }

    @Test(arguments: ChunkedForm.allCases) func takesEverySplit(_ form: ChunkedForm) {
        let (body, proof) = Self.small(form)
        let whole = ChunkOutcome(of: body, proof, wanted: 10)
        #expect(whole.refusal == nil && whole.data == Self.body && whole.trailers.count == (form == .signed ? 0 : 1))
        for pieces in 1...body.count { #expect(ChunkOutcome(of: body, proof, pieces: pieces, wanted: 10) == whole) }
    }

    /// Any byte but the case of a digit, which is the same number.
    @Test(arguments: [ChunkedForm.signed, .signedWithTrailers]) func believesNoChangedByte(_ form: ChunkedForm) {
        let (body, proof) = Self.small(form)
        for place in body.indices {
            var changed = body
            changed[place] ^= 1
            let found = ChunkOutcome(of: changed, proof, wanted: 10)
            #expect(found.refusal != nil, "byte \(place)")
        }
    }

    @Test(arguments: ChunkedForm.allCases) func believesNothingShorterOrLonger(_ form: ChunkedForm) {
        let (body, proof) = Self.small(form)
        for count in body.indices {
            #expect(ChunkOutcome(of: Array(body.prefix(count)), proof).refusal == .unfinished, "\(count) bytes")
        }
        #expect(ChunkOutcome(of: body + [13], proof).refusal == .continued)
        #expect(ChunkOutcome(of: body, proof, wanted: 9).refusal == .otherByteCount(wanted: 9))
        #expect(ChunkOutcome(of: body, proof, wanted: 11).refusal == .otherByteCount(wanted: 11))
    }

    @Test func whatIsTooMuchIsRefusedBeforeItComes() {
        let found = ChunkOutcome(of: Array("4\r\nhell\r\n6\r\n".utf8), .open, wanted: 9)
        #expect(found.refusal == .otherByteCount(wanted: 9))
    }

    @Test func aChangedChunkIsNamed() {
        var body = ChunkExample.signed.encoded
        body[40_000] ^= 1
        #expect(ChunkOutcome(of: body, ChunkExample.signed.proof).refusal == .wrongSignature(chunk: 1))
        body = ChunkExample.signed.encoded
        body[66_500] ^= 1
        #expect(ChunkOutcome(of: body, ChunkExample.signed.proof).refusal == .wrongSignature(chunk: 2))
    }

    @Test func chunksStayInTheirOrder() throws {
        let bare = SignedRequest("PUT", "/b/k", fields: [.init("Host", "h")], payload: .unsigned)
        let (request, made) = ChunkExample.signer.chunked(bare, as: .signed, byteCount: 8, at: ChunkExample.time)
        var writer = made
        let chunks = [writer.chunk(Array("same".utf8)), writer.chunk(Array("same".utf8)), writer.end()]
        let proof = try #require(ChunkProof(of: request, sender: ChunkExample.key))
        func refusal(_ order: [Int]) -> ChunkRefusal? {
            ChunkOutcome(of: order.flatMap { chunks[$0] }, proof).refusal
        }
        #expect(refusal([0, 1, 2]) == nil)
        #expect(refusal([1, 0, 2]) == .wrongSignature(chunk: 1))
        #expect(refusal([0, 0, 2]) == .wrongSignature(chunk: 2))
        #expect(refusal([0, 2]) == .wrongSignature(chunk: 2))
    }

    @Test func anEmptyBodyHasALastChunkOnly() {
        let bare = SignedRequest("PUT", "/b/k", fields: [.init("Host", "h")], payload: .unsigned)
        for form in ChunkedForm.allCases {
            let head = ChunkExample.signer.chunked(bare, as: form, byteCount: 0, at: ChunkExample.time)
            var writer = head.writer
            let found = ChunkOutcome(
                of: writer.end(), ChunkProof(of: head.request, sender: ChunkExample.key), wanted: 0)
            #expect(found.refusal == nil && found.data.isEmpty)
        }
    }

    struct Full: Error, Hashable {}

    private static func refusal(_ reader: inout ChunkedReader, _ piece: [UInt8]) -> ChunkFailure<Never>? {
        do throws(ChunkFailure<Never>) {
            try reader.read(piece) { _ in }
            return nil
        } catch { return error }
    }

    private static func end(_ reader: consuming ChunkedReader) -> ChunkRefusal? {
        do throws(ChunkRefusal) {
            _ = try reader.finish()
            return nil
        } catch { return error }
    }

    @Test func whoCannotTakeEndsIt() throws {
        let (body, proof) = Self.small(.open)
        var reader = ChunkedReader(try #require(proof), wanted: nil)
        var failure: ChunkFailure<Full>?
        do throws(ChunkFailure<Full>) {
            try reader.read(body) { (_) throws(Full) in throw Full() }
        } catch { failure = error }
        #expect(failure == .notTaken(Full()))
        #expect(Self.refusal(&reader, body) == .refused(.interrupted))
        #expect(Self.end(reader) == .interrupted)
    }

    @Test func aRefusalIsFinal() {
        var reader = ChunkedReader(.open, wanted: nil)
        #expect(Self.refusal(&reader, Array("x\r\n".utf8)) == .refused(.malformedHead("x")))
        #expect(Self.refusal(&reader, Array("0\r\n\r\n".utf8)) == .refused(.malformedHead("x")))
        #expect(Self.end(reader) == .malformedHead("x"))
    }
}
