internal import AWSProtocol
internal import Core
internal import Records

/// Words that people hang on queues.
struct QueueTags: Sendable {
    private static let tagsMax = 50
    let desk: QueuesDesk

    var operations: [Operation] {
        let url = QueueOperations.url
        return [
            Operation("TagQueue", [url, Member("Tags", .map(.text), required: true)], on: QueuesDesk.resources) {
                call throws(ServiceProblem) in
                let given = call.map("Tags")
                return try change(call) { tags in try Self.added(given, to: tags) }
            },
            Operation("UntagQueue", [url, Member("TagKeys", .list(.text), required: true)], on: QueuesDesk.resources) {
                call throws(ServiceProblem) in
                let keys = call.texts("TagKeys")
                return try change(call) { tags in
                    var tags = tags
                    for key in keys { tags[key] = nil }
                    return tags
                }
            },
            Operation("ListQueueTags", [url], on: QueuesDesk.resources) { call throws(ServiceProblem) in
                let tags = try QueuesDesk.find(try desk.place(call), desk.shelf.records).tags
                return ["Tags": tags.isEmpty ? .null : .map(tags)]
            },
        ]
    }

    static func added(_ given: DatumMap, to tags: DatumMap) throws(ServiceProblem) -> DatumMap {
        var tags = tags
        for (key, value) in given.members {
            guard (1...128).contains(key.unicodeScalars.count), (value.text ?? "").unicodeScalars.count <= 256 else {
                throw QueueProblem.invalid(
                    key, for: "Tags", "A key has 1 to 128 characters, and a value up to 256.")
            }
            tags[key] = value
        }
        guard tags.count <= tagsMax else { throw QueueProblem.invalid("A queue may have \(tagsMax) tags.") }
        return tags
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (DatumMap) throws -> DatumMap
    ) throws(ServiceProblem) -> Datum {
        let name = try desk.place(call)
        try desk.shelf.change { shelf in
            var queue = try QueuesDesk.find(name, shelf.records)
            queue.tags = try body(queue.tags)
            shelf.records[QueuesDesk.queue, name] = queue.datum
        }
        return .null
    }
}
