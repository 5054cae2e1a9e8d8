internal import AWSDoor
internal import AWSProtocol
internal import Core
internal import Records

/// May this caller do this here?
extension ObjectOperation {
    /// What policies call the same, done to a version that the request names.
    private static let ofVersions = [
        "GetObject": "GetObjectVersion", "GetObjectAcl": "GetObjectVersionAcl",
        "GetObjectAttributes": "GetObjectVersionAttributes", "GetObjectTagging": "GetObjectVersionTagging",
        "PutObjectTagging": "PutObjectVersionTagging", "DeleteObjectTagging": "DeleteObjectVersionTagging",
        "DeleteObject": "DeleteObjectVersion",
    ]

    static func action(_ name: String, version: String?) -> String {
        version == nil ? name : ofVersions[name] ?? name
    }

    /// Everything that has to be allowed.
    func actions(for request: ObjectRequest) -> [String] {
        let beside = fieldActions.filter { request.field($0.key)?.isEmpty == false }.values.sorted()
        return actions.map { Self.action($0, version: request.versionID) } + beside
    }

    /// Whatever can be asked for before the body is.
    func admit(_ caller: Caller, _ arrival: ObjectArrival, _ desk: ObjectsDesk) throws(ServiceProblem) {
        for name in ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"] {
            if let owner = arrival.request.field(name), owner != desk.account {
                throw ServiceProblem("AccessDenied", "The bucket does not belong to \(owner.prefix(20)).", status: 403)
            }
        }
        guard asking == .atOnce else { return }
        // Who locked a bucket by its own policy can still take that policy back.
        let isPolicy = name.hasSuffix("BucketPolicy")
        let policy = isPolicy ? nil : desk.policy(of: arrival.request.bucket)
        var surroundings = arrival.surroundings
        surroundings.facts.merge(ObjectFacts.creation(by: self)) { $1 }
        for action in actions(for: arrival.request) {
            try desk.admit(caller, "s3:" + action, on: arrival.request.arn, policy: policy, surroundings)
        }
    }
}

extension ObjectVisit {
    /// The same for an object, when more is known of it. `facts`: what, by condition keys.
    func admit(
        _ actions: [String], on bucket: String, _ key: String, _ facts: [String: [String]] = [:]
    ) throws(ServiceProblem) {
        try admit(actions, on: "arn:aws:s3:::\(bucket)/\(key)", of: bucket, facts)
    }

    /// Whether it may be known what is in the bucket.
    func admitListing() throws(ServiceProblem) {
        try admit(["ListBucket"], on: "arn:aws:s3:::\(bucketName)", of: bucketName, [:])
    }

    private func admit(
        _ actions: [String], on arn: String, of bucket: String, _ facts: [String: [String]]
    ) throws(ServiceProblem) {
        guard let caller = intake.caller else { throw ServiceProblem("AccessDenied", "Access Denied", status: 403) }
        var surroundings = intake.surroundings
        surroundings.facts.merge(facts) { $1 }
        for action in actions {
            try desk.admit(caller, "s3:" + action, on: arn, policy: desk.policy(of: bucket), surroundings)
        }
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
