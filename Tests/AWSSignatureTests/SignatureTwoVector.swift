import AWSSignature
import Core
import Files
import JSON
import Testing

/// One address that boto3 presigned with Signature Version 2; Tests/Vectors/signatures_two.py writes them.
struct SignatureTwoVector: Sendable, CustomTestStringConvertible {
    let number: Int
    let request: SignedRequest
    let bucket: String?
    let credentials: AWSCredentials
    let expires: Int64
    /// What was signed.
    let text: String

    var testDescription: String { "\(number): \(request.method) \(request.path)" }

    /// The package's folder: tests are run from it.
    static let all: [SignatureTwoVector] = {
        let bytes = (try? FileAccess.read("Tests/Vectors/signatures_two.jsonl")) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).enumerated().compactMap { number, line in
            (try? Datum(json: Array(line))).flatMap { SignatureTwoVector(number, $0) }
        }
    }()

    private init?(_ number: Int, _ datum: Datum) {
        guard let method = datum["method"]?.text, let host = datum["host"]?.text, let path = datum["path"]?.text,
            let query = datum["query"]?.text, let key = datum["key"]?.text, let secret = datum["secret"]?.text,
            let expires = datum["expires"]?.whole, let text = datum["text"]?.text
        else { return nil }
        self.number = number
        self.expires = Int64(expires)
        self.text = text
        bucket = datum["bucket"]?.text
        credentials = AWSCredentials(keyID: key, secret: secret, sessionToken: datum["token"]?.text)
        request = SignedRequest(method, path, query: query, fields: [.init("Host", host)], payload: .unsigned)
    }
}
