internal import AWSProtocol
internal import Core
internal import Records
internal import XML

/// How old the objects of a bucket may become.
enum BucketLifecycle {
    /// The setting of a bucket that holds its rules.
    static let mark = "lifecycle"
    private static let rulesMax = 1000
    private static let sizeField = "x-amz-transition-default-minimum-object-size"
    /// What S3 takes where nothing is said. Nothing is moved here, so that either is true; programs compare it.
    private static let sizes = ["all_storage_classes_128K", "varies_by_storage_class"]

    static let all = [
        ObjectOperation(
            "GetBucketLifecycleConfiguration", "GET", .bucket, ["lifecycle"], action: "GetLifecycleConfiguration"
        ) { visit throws(ServiceProblem) in
            guard let setting = try visit.bucket()[mark], let rules = setting["rules"]?.list else {
                throw ObjectProblem.missing(
                    "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
            }
            let fields = [(sizeField, setting["size"]?.text ?? sizes[0])]
            return ObjectAnswer("LifecycleConfiguration", fields: fields) { xml in
                for rule in rules { LifecycleRule(rule).write(to: &xml) }
            }
        },
        ObjectOperation(
            "PutBucketLifecycleConfiguration", "PUT", .bucket, ["lifecycle"], action: "PutLifecycleConfiguration"
        ) { visit throws(ServiceProblem) in try set(visit) },
        ObjectOperation(
            "DeleteBucketLifecycle", "DELETE", .bucket, ["lifecycle"], action: "PutLifecycleConfiguration"
        ) { visit throws(ServiceProblem) in try BucketSettings.change(visit, status: 204) { $0[mark] = nil } },
    ]

    private static func set(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let rules = try read(visit.intake.document)
        let size = visit.request.field(sizeField) ?? sizes[0]
        guard sizes.contains(size) else {
            throw ObjectProblem.invalid("\(sizeField) has to be one of \(sizes.joined(separator: ", "))")
        }
        let setting: Datum = ["rules": .list(rules.map(\.datum)), "size": .text(size)]
        var answer = try BucketSettings.change(visit) { $0[mark] = setting }
        visit.desk.sweeper.ring()
        answer.fields.append((sizeField, size))
        return answer
    }

    static func read(_ document: [UInt8]) throws(ServiceProblem) -> [LifecycleRule] {
        let root = try ObjectDocument.read(document, root: "LifecycleConfiguration")
        guard (1...rulesMax).contains(root.children.count), root.children.allSatisfy({ $0.name == "Rule" }) else {
            throw ObjectProblem.malformedXML
        }
        var rules: [LifecycleRule] = []
        for element in root.children { rules.append(try LifecycleRule(element)) }
        guard Set(rules.map(\.id)).count == rules.count else {
            throw ObjectProblem.invalid("Rule ID must be unique. Found same ID for more than one rule")
        }
        let bare = rules.count { $0.form == .bare }
        guard bare == 0 || bare == rules.count else {
            throw ObjectProblem.request(
                "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.")
        }
        return rules
    }
}

/// What a bucket's rules will do, as header fields tell it.
extension ObjectVisit {
    /// What is due later than the year 9999 is not told: a field has four digits for it.
    private static let toldBefore: Int64 = 253_402_300_800_000

    private var plan: LifecyclePlan? {
        desk.plans.plan(of: bucketName, desk.shelf.records[ObjectsDesk.bucket, bucketName])
    }

    /// When the newest version of the key goes.
    func expiration(of object: StoredObject) -> [(String, String)] {
        object.isLatest ? expiration(size: object.size, tags: object.tags, modified: object.modified) : []
    }

    /// When what has just come goes.
    func expiration(of object: NewObject) -> [(String, String)] {
        expiration(size: object.size, tags: object.tags, modified: Int64(WallClock.milliseconds))
    }

    private func expiration(size: Int, tags: [Datum], modified: Int64) -> [(String, String)] {
        let row = LifecycleRow(key: key, size: size, modified: modified, tags: LifecycleRow.tags(tags))
        guard let due = plan?.expiry(of: row), due.at < Self.toldBefore else { return [] }
        let rule = PercentText.encoded(due.rule)
        return [("x-amz-expiration", "expiry-date=\"\(ObjectTime.http(due.at))\", rule-id=\"\(rule)\"")]
    }

    /// When an upload is given up.
    func abortion(begun: Int64) -> [(String, String)] {
        guard let due = plan?.abortion(of: key, begun: begun), due.at < Self.toldBefore else { return [] }
        return [
            ("x-amz-abort-date", ObjectTime.http(due.at)), ("x-amz-abort-rule-id", PercentText.encoded(due.rule)),
        ]
    }
}
