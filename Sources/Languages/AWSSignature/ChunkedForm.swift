/// How a body that goes in chunks is signed, by the word that `x-amz-content-sha256` has for it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
package enum ChunkedForm: String, CaseIterable, Hashable, Sendable {
    case open = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    case signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    case signedWithTrailers = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"

    /// Nil for a body that goes as it is.
    package init?(of request: SignedRequest) {
        guard let word = request.value(of: "x-amz-content-sha256"), let form = ChunkedForm(rawValue: word) else {
            return nil
        }
        self = form
    }
}
