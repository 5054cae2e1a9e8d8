internal import AWSDoor
internal import AWSProtocol
internal import AWSSignature
internal import Core
internal import HTTP

/// The head of a request to the object store, and whoever signed it.
struct ObjectArrival {
    /// S3 lets clocks differ by a quarter of an hour.
    private static let skewMax: Int64 = 900
    /// They shape a list, and let nobody do what he may not. Version 2 covers none of them.
    private static let ofLists: Set<String> = [
        "list-type", "prefix", "delimiter", "encoding-type", "max-keys", "continuation-token", "fetch-owner",
        "start-after", "marker", "key-marker", "version-id-marker", "upload-id-marker", "max-uploads", "max-parts",
        "part-number-marker", "max-buckets", "bucket-region",
    ]
    let request: ObjectRequest
    let signed: SignedRequest
    private(set) var surroundings: Surroundings
    let keyID: String
    let region: String?
    private let isOldStyle: Bool

    init(_ exchange: Exchange, _ desk: ObjectsDesk) {
        let head = exchange.head
        let list = head.fields.map { SignedRequest.Field($0.name, $0.value.trimmed) }
        let fields = Dictionary(list.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        request = ObjectRequest(
            method: head.method.rawValue, rawPath: head.pathText, rawQuery: head.queryText, fields: fields,
            hosts: desk.hosts)
        signed = SignedRequest(
            head.method.rawValue, head.pathText, query: head.queryText, fields: list, payload: .unsigned)
        isOldStyle = ObjectRequest.isOldStyle(request.query)
        let proof =
            fields["authorization"].flatMap(AWSAuthorization.init(parsing:)) ?? AWSAuthorization(query: request.query)
        keyID = proof?.keyID ?? request.parameter("AWSAccessKeyId") ?? ""
        region = proof?.scope.region
        surroundings = Surroundings(of: exchange, region: region ?? "")
        surroundings.facts = ObjectFacts.all(of: request, isOldStyle: isOldStyle, account: desk.account)
    }

    func believe(_ desk: ObjectsDesk) throws(ServiceProblem) -> (Caller, AWSCredentials) {
        let now = SigningTime(milliseconds: Int64(WallClock.milliseconds))
        do throws(SignatureRefusal) {
            let key: AWSCredentials
            if isOldStyle {
                // What Version 2 does not cover could have been added by anybody who has the address.
                guard request.asks.allSatisfy({ SignatureTwoText.covers($0) || Self.ofLists.contains($0) }) else {
                    throw .wrongSignature
                }
                key = try SignatureTwoCheck().signer(
                    of: signed, bucket: request.hostBucket, at: now, credentials: desk.gatekeeper.credentials)
            } else {
                var check = SignatureCheck()
                check.skewMax = Self.skewMax
                check.services = ["s3"]
                key = try check.signer(of: signed, body: nil, at: now, credentials: desk.gatekeeper.credentials)
            }
            guard let caller = desk.gatekeeper.caller(key.keyID) else { throw .unknownKey(key.keyID) }
            return (caller, key)
        } catch {
            // A lent key without its token is no key at all.
            let isBare =
                signed.value(of: "x-amz-security-token") == nil
                && !request.query.contains {
                    $0.name.lowercased() == "x-amz-security-token"
                }
            throw (error == .wrongToken && isBare ? SignatureRefusal.unknownKey(keyID) : error).ofObjects
        }
    }
}
