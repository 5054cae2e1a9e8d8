internal import AWSProtocol
internal import Core
internal import Records

/// Tags of buses and rules.
struct RuleTags: Sendable {
    let desk: EventsDesk

    var operations: [Operation] {
        let arn = Member("ResourceARN", required: true, 1...1600)
        let resources: Operation.Resources = { [$0["ResourceARN"]] }
        return [
            Operation("TagResource", [arn, Member("Tags", Buses.tags.shape, required: true)], on: resources) {
                call throws(ServiceProblem) in
                let added = call.list("Tags")
                let names = Set(added.compactMap { $0["Key"]?.text })
                return try change(call) { tags in tags.filter { !names.contains($0["Key"]?.text ?? "") } + added }
            },
            Operation("UntagResource", [arn, Member("TagKeys", .list(.text), required: true)], on: resources) {
                call throws(ServiceProblem) in
                let gone = Set(call.texts("TagKeys"))
                return try change(call) { tags in tags.filter { !gone.contains($0["Key"]?.text ?? "") } }
            },
            Operation("ListTagsForResource", [arn], on: resources) { call throws(ServiceProblem) in
                let (kind, key) = try place(call["ResourceARN"], desk.shelf.records)
                return ["Tags": desk.shelf.records[kind, key]?["Tags"] ?? []]
            },
        ]
    }

    private func place(_ arn: String, _ records: Records) throws(ServiceProblem) -> (kind: String, key: String) {
        for kind in [EventsDesk.Kind.bus, EventsDesk.Kind.rule] {
            if let key = records.keys(kind).first(where: { records[kind, $0]?["Arn"]?.text == arn }) {
                return (kind, key)
            }
        }
        throw EventsDesk.missing(arn)
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable ([Datum]) -> [Datum]
    ) throws(ServiceProblem) -> Datum {
        let (kind, key) = try place(call["ResourceARN"], desk.shelf.records)
        try desk.shelf.change { shelf in
            guard var record = shelf.records[kind, key]?.map else { throw EventsDesk.missing(call["ResourceARN"]) }
            record["Tags"] = .list(body(record["Tags"]?.list ?? []))
            shelf.records[kind, key] = .map(record)
        }
        return .null
    }
}
