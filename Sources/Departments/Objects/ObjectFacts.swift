internal import AWSProtocol
internal import AWSSignature
internal import Core

/// What a policy may make depend on a request to the object store, by the condition keys of S3. A key that is missing here
/// makes a denial that names it hold nobody.
enum ObjectFacts {
    private static let parameters = [
        "prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys", "versionId": "s3:VersionId",
    ]
    /// Under their own names.
    private static let fields = [
        "x-amz-acl", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write",
        "x-amz-grant-write-acp", "x-amz-content-sha256", "x-amz-metadata-directive", "x-amz-object-ownership",
        "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-customer-algorithm", "x-amz-storage-class", "x-amz-website-redirect-location",
        "if-match", "if-none-match",
    ]

    static func all(of request: ObjectRequest, isOldStyle: Bool, account: String) -> [String: [String]] {
        var facts = ["s3:ResourceAccount": [account]]
        for (name, key) in parameters { facts[key] = request.parameter(name).map { [$0] } }
        for name in fields { facts["s3:" + name] = request.field(name).map { [$0] } }
        facts["s3:x-amz-copy-source"] = request.field(CopySource.field).map { [CopySource.place(in: $0)] }
        facts.merge(proof(of: request, isOldStyle: isOldStyle)) { $1 }
        if let text = request.field("x-amz-tagging") {
            facts.merge(requested(FormText.pairs(text).map { ($0.name, $0.value) })) { $1 }
        }
        return facts
    }

    /// How it says who asks.
    private static func proof(of request: ObjectRequest, isOldStyle: Bool) -> [String: [String]] {
        if isOldStyle { return ["s3:authType": ["REST-QUERY-STRING"], "s3:signatureversion": ["AWS"]] }
        let signed = request.parameter("X-Amz-Date")
        var facts = [
            "s3:authType": [request.has("X-Amz-Signature") ? "REST-QUERY-STRING" : "REST-HEADER"],
            "s3:signatureversion": ["AWS4-HMAC-SHA256"],
        ]
        if let moment = (signed ?? request.field("x-amz-date")).flatMap({ SigningTime(parsing: $0) }) {
            facts["s3:signatureAge"] = ["\(max(0, Int64(WallClock.milliseconds) - moment.seconds * 1000))"]
        }
        return facts
    }

    /// Whether it makes an object at once; parts of one do not.
    static func creation(by operation: ObjectOperation) -> [String: [String]] {
        switch operation.name {
        case "PutObject", "CopyObject", "CompleteMultipartUpload": ["s3:ObjectCreationOperation": ["true"]]
        case "CreateMultipartUpload", "UploadPart", "UploadPartCopy": ["s3:ObjectCreationOperation": ["false"]]
        default: [:]
        }
    }

    /// The tags that are asked for.
    static func requested(_ tags: [Datum]) -> [String: [String]] { requested(pairs(tags)) }

    private static func requested(_ pairs: [(String, String)]) -> [String: [String]] {
        var facts = named("s3:RequestObjectTag/", pairs)
        if !pairs.isEmpty { facts["s3:RequestObjectTagKeys"] = pairs.map(\.0) }
        return facts
    }

    /// The tags that are there.
    static func existing(_ tags: [Datum]) -> [String: [String]] { named("s3:ExistingObjectTag/", pairs(tags)) }

    private static func pairs(_ tags: [Datum]) -> [(String, String)] {
        tags.map { ($0["Key"]?.text ?? "", $0["Value"]?.text ?? "") }
    }

    private static func named(_ prefix: String, _ pairs: [(String, String)]) -> [String: [String]] {
        Dictionary(pairs.map { (prefix + $0.0, [$0.1]) }) { $0 + $1 }
    }
}
