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
                return try change(call) { TagList.adding(added, to: $0) }
            },
            Operation("UntagResource", [arn, Member("TagKeys", .list(.text), required: true)], on: resources) {
                call throws(ServiceProblem) in
                let gone = call.texts("TagKeys")
                return try change(call) { TagList.removing(gone, from: $0) }
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
