import AWSSignature
import Core
import Crypto
import Testing

/// AWS's worked examples: 66,560 letters in chunks of 64 KiB.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html> and `sigv4-streaming-trailers.html`.
struct ChunkExample: Sendable, CustomTestStringConvertible {
    static let key = AWSCredentials(
        keyID: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    static let time = SigningTime(seconds: 1_369_353_600)
    static let signer = AWSSigner(key, region: "us-east-1", service: "s3")
    static let body = [UInt8](repeating: UInt8(ascii: "a"), count: 66_560)
    static let chunkBytes = 65_536

    let form: ChunkedForm
    /// The request's, those of the chunks, and that of the trailers.
    let signatures: [String]
    let trailers: [SignedRequest.Field]

    var testDescription: String { form.rawValue }

    static let signed = ChunkExample(
        form: .signed,
        signatures: [
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ], trailers: [])
    static let signedWithTrailers = ChunkExample(
        form: .signedWithTrailers,
        signatures: [
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
        ], trailers: [.init("x-amz-checksum-crc32c", "sOO8/Q==")])
    static let open = ChunkExample(
        form: .open, signatures: [], trailers: [.init("x-amz-checksum-crc32c", "sOO8/Q==")])
    static let all = [signed, signedWithTrailers, open]

    /// With all fields of the example; signed.
    var head: (request: SignedRequest, writer: ChunkedWriter) {
        let bare = SignedRequest(
            "PUT", "/examplebucket/chunkObject.txt",
            fields: [
                .init("Host", "s3.amazonaws.com"), .init("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                .init("Content-Encoding", "aws-chunked"),
            ] + (form == .signed ? [.init("Content-Length", "66824")] : []), payload: .unsigned)
        return Self.signer.chunked(
            bare, as: form, byteCount: Self.body.count, trailers: trailers.map(\.name), at: Self.time)
    }

    /// As it goes over the wire.
    var encoded: [UInt8] {
        var writer = head.writer
        return writer.chunk(Array(Self.body.prefix(Self.chunkBytes)))
            + writer.chunk(Array(Self.body.dropFirst(Self.chunkBytes))) + writer.end(trailers: trailers)
    }

    var proof: ChunkProof? { ChunkProof(of: head.request, sender: Self.key) }
}
