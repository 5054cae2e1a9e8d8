internal import AWSProtocol
internal import AWSSignature
internal import Core
internal import HTTP

/// A request taken off its connection: everything that is looked at later, away from the reactor.
struct Arrival: Sendable {
    let request: WireRequest
    let signed: SignedRequest
    let surroundings: Surroundings
    let host: String
    let time = Instant.now
    private let authorization: AWSAuthorization?

    /// `body`: as it came over the wire, which is what was signed.
    init(_ exchange: Exchange, body: [UInt8]) {
        let head = exchange.head
        let fields = head.fields
        let path = head.pathText
        let query = head.queryText
        request = WireRequest(
            method: head.method.rawValue,
            path: path.split(separator: "/").map { FormText.decoded($0, plusIsBlank: false) },
            query: FormText.pairs(query),
            fields: Dictionary(fields.map { ($0.name.lowercased(), Self.trimmed($0.value)) }) { first, _ in first },
            body: body)
        signed = SignedRequest(
            head.method.rawValue, path, query: query, fields: fields.map { .init($0.name, $0.value) },
            payload: .of(body))
        host = request.fields["host"] ?? ""
        authorization =
            request.fields["authorization"].flatMap(AWSAuthorization.init(parsing:))
            ?? AWSAuthorization(query: request.query)
        surroundings = Surroundings(of: exchange, region: authorization?.scope.region ?? "")
    }

    /// The request with its body unpacked: clients compress long ones.
    func readable() throws(ServiceProblem) -> WireRequest {
        guard let coding = request.fields["content-encoding"]?.lowercased(), coding != "identity", !coding.isEmpty
        else {
            return request
        }
        guard coding == "gzip" || coding == "deflate",
            let body = Compression.inflated(request.body, limit: BodyTray.bytesMax)
        else { throw ServiceProblem("SerializationException", "the body is not valid \(coding.prefix(40))") }
        return WireRequest(
            method: request.method, path: request.path, query: request.query, fields: request.fields, body: body)
    }

    private static func trimmed(_ value: String) -> String {
        let end = value.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { String(value[...$0].drop { $0 == " " || $0 == "\t" }) } ?? ""
    }

    /// What the signature says it is good for; believed later, or not.
    var scope: SigningScope? { authorization?.scope }
    var keyID: String? { authorization?.keyID }

    /// How to refuse whoever speaks to nobody.
    var guessedProtocol: WireProtocol {
        if request.smithyName == WireProtocol.cbor.smithyName { return .cbor }
        if request.target != nil { return .json11 }
        let type = request.fields["content-type"] ?? ""
        return type.hasPrefix("application/x-www-form-urlencoded") ? .query : .restJSON
    }
}
