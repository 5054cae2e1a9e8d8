internal import AWSProtocol
internal import Core
internal import Records

/// Tags of alarms and dashboards.
struct AlarmTags: Sendable {
    private static let tagsMax = 50
    private static let shape = Shape.list(
        .structure([Member("Key", required: true, 1...128), Member("Value", required: true, 0...256)]))
    static let member = Member("Tags", shape, 0...tagsMax)

    let desk: AlarmDesk

    var operations: [Operation] {
        let arn = Member("ResourceARN", required: true, 1...1024)
        let resources: Operation.Resources = { [$0["ResourceARN"]] }
        return [
            Operation(
                "TagResource", [arn, Member("Tags", Self.shape, required: true, 0...Self.tagsMax)], on: resources
            ) {
                call throws(ServiceProblem) in
                let added = try Self.checked(call.list("Tags"))
                return try change(call) { TagList.adding(added, to: $0) }
            },
            Operation("UntagResource", [arn, Member("TagKeys", .list(.text), required: true)], on: resources) {
                call throws(ServiceProblem) in
                let gone = call.texts("TagKeys")
                return try change(call) { TagList.removing(gone, from: $0) }
            },
            Operation("ListTagsForResource", [arn], on: resources) { call throws(ServiceProblem) in
                let (kind, key) = try place(call["ResourceARN"])
                guard let record = desk.shelf.records[kind, key] else { throw Self.missing(call["ResourceARN"]) }
                return ["Tags": record["Tags"] ?? []]
            },
        ]
    }

    /// No key twice.
    static func checked(_ tags: [Datum]) throws(ServiceProblem) -> [Datum] {
        guard Set(tags.compactMap { $0["Key"]?.text }).count == tags.count else {
            throw MetricOperations.invalid("A tag's key may be given once.")
        }
        return tags
    }

    private static func missing(_ arn: String) -> ServiceProblem {
        ServiceProblem("ResourceNotFoundException", "\(arn) does not exist.", status: 404)
    }

    private func place(_ arn: String) throws(ServiceProblem) -> (kind: String, key: String) {
        guard arn.hasPrefix("arn:") else {
            throw MetricOperations.invalid("The parameter ResourceARN is no ARN: \(arn.prefix(200))")
        }
        for (kind, stem) in [
            (AlarmDesk.Kind.alarm, desk.arn("")), (AlarmDesk.Kind.dashboard, desk.dashboardARN("")),
        ] where arn.hasPrefix(stem) { return (kind, String(arn.dropFirst(stem.count))) }
        throw Self.missing(arn)
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable ([Datum]) -> [Datum]
    ) throws(ServiceProblem) -> Datum {
        let arn = call["ResourceARN"]
        let (kind, key) = try place(arn)
        try desk.shelf.change { shelf in
            guard var record = shelf.records[kind, key]?.map else { throw Self.missing(arn) }
            let tags = body(record["Tags"]?.list ?? [])
            guard tags.count <= Self.tagsMax else {
                throw MetricOperations.invalid("A resource may have \(Self.tagsMax) tags.")
            }
            record["Tags"] = .list(tags)
            shelf.records[kind, key] = .map(record)
        }
        return [:]
    }
}
