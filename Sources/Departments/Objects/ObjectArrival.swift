internal import AWSDoor
internal import AWSProtocol
internal import AWSSignature
internal import Core
internal import HTTP

/// The head of a request to the object store, and whoever signed it.
struct ObjectArrival {
    /// S3 lets clocks differ by a quarter of an hour.
    private static let skewMax: Int64 = 900
    private static let uncovered: Set<String> = [
        "attributes", "encryption", "intelligent-tiering", "legal-hold", "metadataTable", "ownershipControls",
        "policyStatus", "publicAccessBlock", "renameObject", "retention", "session",
    ]
    let request: ObjectRequest
    let signed: SignedRequest
    private(set) var surroundings: Surroundings
    let keyID: String
    let region: String?
    private let isOldStyle: Bool

    init(_ exchange: Exchange) {
        let head = exchange.head
        let list = head.fields.map { SignedRequest.Field($0.name, $0.value.trimmed) }
        let fields = Dictionary(list.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        request = ObjectRequest(
            method: head.method.rawValue, rawPath: head.pathText, rawQuery: head.queryText, fields: fields)
        signed = SignedRequest(
            head.method.rawValue, head.pathText, query: head.queryText, fields: list, payload: .unsigned)
        isOldStyle = ObjectRequest.isOldStyle(request.query)
        let proof =
            fields["authorization"].flatMap(AWSAuthorization.init(parsing:)) ?? AWSAuthorization(query: request.query)
        keyID = proof?.keyID ?? request.parameter("AWSAccessKeyId") ?? ""
        region = proof?.scope.region
        surroundings = Surroundings(of: exchange, region: region ?? "")
        for (key, name) in [
            "s3:prefix": "prefix", "s3:delimiter": "delimiter", "s3:max-keys": "max-keys", "s3:VersionId": "versionId",
        ] {
            if let value = request.parameter(name) { surroundings.facts[key] = [value] }
        }
    }

    func believe(_ desk: ObjectsDesk) throws(ServiceProblem) -> (Caller, AWSCredentials) {
        let now = SigningTime(milliseconds: Int64(WallClock.milliseconds))
        do throws(SignatureRefusal) {
            let key: AWSCredentials
            if isOldStyle {
                // What Version 2 does not cover could have been added by anybody who has the address.
                if request.query.contains(where: { Self.uncovered.contains($0.name) }) { throw .wrongSignature }
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

extension ObjectRequest {
    /// What was asked for, for whoever does not have it.
    var wanted: String {
        let what = query.first.map { "?\($0.name.prefix(60))" } ?? ""
        return "\(method) \(bucket.isEmpty ? "/" : key.isEmpty ? "/BUCKET" : "/BUCKET/KEY")\(what)"
    }
}
