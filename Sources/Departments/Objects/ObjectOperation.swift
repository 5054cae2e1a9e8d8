internal import AWSDoor
internal import AWSProtocol
internal import Core
internal import Records

/// One thing that the object store can be asked: found by its method, its place, and the subresource that its query names.
struct ObjectOperation: Sendable {
    typealias Handler = @Sendable (ObjectVisit) throws(ServiceProblem) -> ObjectAnswer

    enum Level: Hashable, Sendable { case service, bucket, object }

    /// When a caller's leave is asked for.
    enum Asking: Hashable, Sendable {
        /// Before anything of the body.
        case atOnce
        /// When the object has been found: it may depend on its tags.
        case whenFound
        /// By the operation itself: it depends on what is in the body.
        case byItself
    }

    let name: String
    let method: String
    let level: Level
    /// What the query has to name; of several, the one that names more.
    let marks: [String]
    /// What the query may name beside. With anything else it is another operation, and none of these.
    let takes: [String]
    /// A field that makes it another operation.
    let field: String?
    /// The conditions that it heeds though it changes something.
    let conditions: [String]
    /// As policies name it.
    let actions: [String]
    /// What fields need beside.
    let fieldActions: [String: String]
    let asking: Asking
    /// Its body is an object's.
    let takesObject: Bool
    let handler: Handler

    init(
        _ name: String, _ method: String, _ level: Level, _ marks: [String] = [], takes: [String] = [],
        field: String? = nil, conditions: [String] = [], action: String? = nil, actions: [String]? = nil,
        fieldActions: [String: String] = [:], asking: Asking = .atOnce, takesObject: Bool = false,
        handler: @escaping Handler
    ) {
        self.name = name
        self.method = method
        self.level = level
        self.marks = marks
        self.takes = takes
        self.field = field
        self.conditions = conditions
        self.actions = actions ?? [action ?? name]
        self.fieldActions = fieldActions
        self.asking = asking
        self.takesObject = takesObject
        self.handler = handler
    }

    var onlyReads: Bool { method == "GET" || method == "HEAD" }

    static let all = [
        BucketOperations.all, BucketSettings.all, BucketNotification.all, BucketLifecycle.all, BucketCORS.all,
        Listing.all, ObjectReading.all, ObjectWriting.all, ObjectCopy.all, Deletion.all, Multipart.all, ObjectTags.all,
    ].flatMap(\.self)

    /// Nil for whatever is not offered: what S3 may learn to be asked tomorrow is not taken for the plain operation of its
    /// place, which may overwrite or delete what is there.
    static func find(_ request: ObjectRequest) -> ObjectOperation? {
        let level: Level = request.bucket.isEmpty ? .service : request.key.isEmpty ? .bucket : .object
        let asked = Set(request.asks)
        let found = all.filter { operation in
            operation.method == request.method && operation.level == level
                && operation.marks.allSatisfy(asked.contains)
                && asked.isSubset(of: operation.marks + operation.takes)
                && operation.field.map { request.field($0) != nil } ?? true
        }
        return found.max { ($0.marks.count, $0.field == nil ? 0 : 1) < ($1.marks.count, $1.field == nil ? 0 : 1) }
    }
}

/// A request whose body has come and was right.
struct ObjectVisit {
    let desk: ObjectsDesk
    let operation: ObjectOperation
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
