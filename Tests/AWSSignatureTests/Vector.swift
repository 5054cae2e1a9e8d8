import AWSSignature
import Core
import Files
import JSON
import Testing

/// One request that botocore signed; Tests/Vectors/signatures.py writes them.
struct Vector: Sendable, CustomTestStringConvertible {
    let number: Int
    let request: SignedRequest
    let body: [UInt8]
    let signer: AWSSigner
    let time: SigningTime
    let canonical: String
    /// Of the header form.
    let authorization: String?
    /// Of the query form.
    let expires: Int?
    let signedQuery: String?

    var testDescription: String { "\(number): \(request.method) \(request.path)" }

    /// The package's folder: tests are run from it.
    static let all: [Vector] = {
        let bytes = (try? FileAccess.read("Tests/Vectors/signatures.jsonl")) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).enumerated().compactMap { number, line in
            (try? Datum(json: Array(line))).flatMap { Vector(number, $0) }
        }
    }()

    static let signed = all.filter { $0.authorization != nil }
    static let presigned = all.filter { $0.signedQuery != nil }

    private init?(_ number: Int, _ datum: Datum) {
        guard let service = datum["service"]?.text, let region = datum["region"]?.text, let key = datum["key"]?.text,
            let secret = datum["secret"]?.text, let time = datum["time"]?.text.flatMap(SigningTime.init(parsing:)),
            let method = datum["method"]?.text, let path = datum["path"]?.text, let query = datum["query"]?.text,
            let headers = datum["headers"]?.list, let body = datum["body"]?.text,
            let canonical = datum["canonical"]?.text
        else { return nil }
        self.number = number
        self.time = time
        self.body = Array(body.utf8)
        self.canonical = canonical
        authorization = datum["authorization"]?.text
        expires = datum["expires"]?.whole
        signedQuery = datum["signed_query"]?.text
        let credentials = AWSCredentials(keyID: key, secret: secret, sessionToken: datum["token"]?.text)
        signer = AWSSigner(credentials, region: region, service: service)
        let fields = headers.compactMap { pair -> SignedRequest.Field? in
            guard let pair = pair.list, let name = pair.first?.text, let value = pair.last?.text else { return nil }
            return SignedRequest.Field(name, value)
        }
        let isOpen = expires != nil && service == "s3"
        request = SignedRequest(
            method, path, query: query, fields: fields, payload: isOpen ? .unsigned : .of(self.body))
    }
}
