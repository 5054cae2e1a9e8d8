internal import AWSDoor
internal import AWSProtocol
internal import Core
internal import Records

/// One thing that the object store can be asked: found by its method, its place, and the subresource that its query names.
struct ObjectOperation: Sendable {
    typealias Handler = @Sendable (ObjectVisit) throws(ServiceProblem) -> ObjectAnswer

    enum Level: Hashable, Sendable { case service, bucket, object }

    let name: String
    let method: String
    let level: Level
    /// What the query has to name; of several, the one that names more.
    let marks: [String]
    /// A field that makes it another operation.
    let field: String?
    /// As policies name it.
    /// Nil where leave is asked for by the operation itself.
    let action: String?
    /// Its body is an object's.
    let takesObject: Bool
    let handler: Handler

    init(
        _ name: String, _ method: String, _ level: Level, _ marks: [String] = [], field: String? = nil,
        action: String? = nil, isFree: Bool = false, takesObject: Bool = false, handler: @escaping Handler
    ) {
        self.name = name
        self.method = method
        self.level = level
        self.marks = marks
        self.field = field
        self.action = isFree ? nil : action ?? name
        self.takesObject = takesObject
        self.handler = handler
    }

    var onlyReads: Bool { method == "GET" || method == "HEAD" }

    static let all = [
        BucketOperations.all, BucketSettings.all, BucketNotification.all, BucketLifecycle.all, BucketCORS.all,
        Listing.all, ObjectReading.all, ObjectWriting.all, ObjectCopy.all, Deletion.all, Multipart.all, ObjectTags.all,
    ].flatMap(\.self)

    /// What makes a request another one: none of these may be taken for the plain operation of its place.
    private static let subresources: Set<String> = [
        "acl", "accelerate", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering",
        "inventory", "legal-hold", "lifecycle", "location", "logging", "metadataTable", "metrics", "notification",
        "object-lock", "ownershipControls", "partNumber", "policy", "policyStatus", "publicAccessBlock", "renameObject",
        "replication",
        "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "uploadId", "uploads",
        "versioning", "versions", "website",
    ]

    static func find(_ request: ObjectRequest) -> ObjectOperation? {
        let level: Level = request.bucket.isEmpty ? .service : request.key.isEmpty ? .bucket : .object
        let named = Set(request.query.map(\.name))
        let asked = named.intersection(subresources)
        let found = all.filter { operation in
            operation.method == request.method && operation.level == level
                && operation.marks.allSatisfy(named.contains)
                && operation.field.map { request.field($0) != nil } ?? true
                // Reading one part of an object is still reading it.
                && asked.subtracting(operation.marks).subtracting(operation.onlyReads ? ["partNumber"] : []).isEmpty
        }
        return found.max { ($0.marks.count, $0.field == nil ? 0 : 1) < ($1.marks.count, $1.field == nil ? 0 : 1) }
    }

    /// May this caller do this here?
    func admit(_ caller: Caller, _ arrival: ObjectArrival, _ desk: ObjectsDesk) throws(ServiceProblem) {
        if let owner = arrival.request.field("x-amz-expected-bucket-owner"), owner != desk.account {
            throw ServiceProblem("AccessDenied", "The bucket does not belong to \(owner.prefix(20)).", status: 403)
        }
        guard var action else { return }
        if arrival.request.versionID != nil, ["GetObject", "DeleteObject", "GetObjectTagging"].contains(action) {
            action = action == "GetObjectTagging" ? "GetObjectVersionTagging" : action + "Version"
        }
        if arrival.request.versionID != nil, action == "PutObjectTagging" || action == "DeleteObjectTagging" {
            action = String(action.prefix(action.count - "Tagging".count)) + "VersionTagging"
        }
        // Who locked a bucket by its own policy can still take that policy back.
        let isPolicy = action.hasSuffix("BucketPolicy")
        let policy = isPolicy ? nil : desk.shelf.records[ObjectsDesk.bucket, arrival.request.bucket]?["policy"]?.text
        try desk.admit(caller, "s3:" + action, on: arrival.request.arn, policy: policy, arrival.surroundings)
    }
}

extension ObjectsDesk {
    func admit(
        _ caller: Caller, _ action: String, on arn: String, policy: String?, _ surroundings: Surroundings
    ) throws(ServiceProblem) {
        let objection = gatekeeper.objection(to: action, on: arn, policy: policy, by: caller, surroundings)
        if let objection {
            throw ServiceProblem(
                "AccessDenied",
                "User: \(caller.arn) is not authorized to perform: \(action) on resource: \"\(arn)\" \(objection)",
                status: 403)
        }
    }
}

/// A request whose body has come and was right.
struct ObjectVisit {
    let desk: ObjectsDesk
    let intake: ObjectIntake
    let requestID: String

    var request: ObjectRequest { intake.request }
    var bucketName: String { request.bucket }
    var key: String { request.key }

    /// The bucket's record.
    func bucket() throws(ServiceProblem) -> Datum {
        guard let bucket = desk.shelf.records[ObjectsDesk.bucket, bucketName] else { throw ObjectProblem.noSuchBucket }
        return bucket
    }
}
