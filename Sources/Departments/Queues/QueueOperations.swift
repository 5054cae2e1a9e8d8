internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// The queues themselves.
struct QueueOperations: Sendable {
    let desk: QueuesDesk
    static let url = Member("QueueUrl", required: true, 1...2048)
    private static let name = Member("QueueName", required: true)
    private static let paging = [Member("NextToken", 0...4096), Member("MaxResults", .whole, 1...1000)]

    var operations: [Operation] {
        let named: Operation.Resources = { call in [call.arn("sqs", call["QueueName"])] }
        let wanted = Member("Attributes", .map(.text), required: true)
        return [
            Operation(
                "CreateQueue", [Self.name, Member("Attributes", .map(.text)), Member("tags", .map(.text))], on: named
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("GetQueueUrl", [Self.name, Member("QueueOwnerAWSAccountId")], on: named) {
                call throws(ServiceProblem) in
                let name = call["QueueName"]
                guard call.text("QueueOwnerAWSAccountId") ?? desk.account == desk.account else {
                    throw QueueProblem.missing(name)
                }
                _ = try QueuesDesk.find(name, desk.shelf.records)
                return ["QueueUrl": desk.url(name, call)]
            },
            Operation("ListQueues", [Member("QueueNamePrefix", 0...80)] + Self.paging) { call throws(ServiceProblem) in
                let keys = desk.shelf.records.keys(QueuesDesk.queue, prefix: call.text("QueueNamePrefix") ?? "")
                let (urls, next) = try page(keys, call)
                return ["QueueUrls": urls.isEmpty ? .null : .list(urls), "NextToken": next]
            },
            Operation("ListDeadLetterSourceQueues", [Self.url] + Self.paging, on: QueuesDesk.resources) {
                call throws(ServiceProblem) in try sources(call)
            },
            Operation(
                "GetQueueAttributes", [Self.url, Member("AttributeNames", .list(.text))], on: QueuesDesk.resources
            ) { call throws(ServiceProblem) in try attributes(call) },
            Operation("SetQueueAttributes", [Self.url, wanted], on: QueuesDesk.resources) {
                call throws(ServiceProblem) in try setAttributes(call)
            },
            Operation("PurgeQueue", [Self.url], on: QueuesDesk.resources) { call throws(ServiceProblem) in
                let name = try desk.place(call)
                try change(name) { queue, records in queue.number = Self.nextNumber(&records) }
                desk.wakeSweeper()
                return .null
            },
            Operation("DeleteQueue", [Self.url], on: QueuesDesk.resources) { call throws(ServiceProblem) in
                let name = try desk.place(call)
                try desk.shelf.change { shelf in
                    _ = try QueuesDesk.find(name, shelf.records)
                    shelf.records[QueuesDesk.queue, name] = nil
                }
                // Whoever waits there is told, and what was in it is thrown out.
                desk.waiting.ring(name)
                desk.wakeSweeper()
                return .null
            },
        ]
    }

    // MARK: making

    private static func check(_ name: String) throws(ServiceProblem) {
        guard !name.hasSuffix(".fifo") else { throw QueueProblem.standardOnly }
        guard (1...80).contains(name.utf8.count), name.isMadeOfLetters(and: "_-") else {
            throw QueueProblem.invalid(
                name, for: "QueueName",
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length."
            )
        }
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["QueueName"]
        try Self.check(name)
        let given = try QueueAttributes.read(call.map("Attributes"))
        let tags = try QueueTags.added(call.map("tags"), to: DatumMap())
        let now = Int(WallClock.milliseconds / 1000)
        try desk.shelf.change { [desk] shelf in
            if let known = try? QueuesDesk.find(name, shelf.records) { return try Self.compare(known, given) }
            guard shelf.records.count(QueuesDesk.queue) < QueuesDesk.queuesMax else {
                throw ServiceProblem("OverLimit", "There may be \(QueuesDesk.queuesMax) queues: delete one.")
            }
            let queue = Queue(
                name: name, number: Self.nextNumber(&shelf.records), created: now, attributes: given, tags: tags)
            try Self.checkTarget(of: queue, desk, shelf.records)
            shelf.records[QueuesDesk.queue, name] = queue.datum
        }
        return ["QueueUrl": desk.url(name, call)]
    }

    /// Making a queue again is as good as having it, if it is told nothing else.
    private static func compare(_ queue: Queue, _ given: [String: String]) throws(ServiceProblem) {
        for (name, text) in given.sorted(by: { $0.key < $1.key })
        where !QueueAttributes.isSame(name, queue.told(name) ?? "", text) {
            throw ServiceProblem(
                "QueueNameExists",
                "A queue already exists with the same name and a different value for attribute \(name)")
        }
    }

    private static func nextNumber(_ records: inout Records) -> Int {
        let number = (records["last", "number"]?.whole ?? 0) + 1
        records["last", "number"] = .whole(number)
        return number
    }

    /// The queue for dead letters has to be here, and to take them.
    private static func checkTarget(of queue: Queue, _ desk: QueuesDesk, _ records: Records) throws(ServiceProblem) {
        guard let redrive = queue.redrive else { return }
        guard let name = desk.name(redrive.target), name != queue.name,
            let target = records[QueuesDesk.queue, name].flatMap(Queue.init)
        else {
            throw QueueProblem.attribute(
                RedrivePolicy.name, "Dead letter target does not exist: \(redrive.target.prefix(200)).")
        }
        guard target.takesDeadLetters(of: desk.arn(queue.name)) else {
            throw QueueProblem.attribute(
                RedrivePolicy.name, "the \(RedriveAllowPolicy.name) of \(target.name) does not allow this queue")
        }
    }

    private func change(
        _ name: String, _ body: @escaping @Sendable (inout Queue, inout Records) throws -> Void
    ) throws(ServiceProblem) {
        try desk.shelf.change { shelf in
            var queue = try QueuesDesk.find(name, shelf.records)
            try body(&queue, &shelf.records)
            shelf.records[QueuesDesk.queue, name] = queue.datum
        }
        desk.waiting.ring(name)
    }

    // MARK: attributes

    private func setAttributes(_ call: Call) throws(ServiceProblem) -> Datum {
        let given = try QueueAttributes.read(call.map("Attributes"))
        let now = Int(WallClock.milliseconds / 1000)
        try change(try desk.place(call)) { [desk] queue, records in
            queue.attributes = queue.attributes.merging(given) { $1 }.filter { !$0.value.isEmpty }
            queue.modified = now
            if given[RedrivePolicy.name] != nil { try Self.checkTarget(of: queue, desk, records) }
        }
        return .null
    }

    private func attributes(_ call: Call) throws(ServiceProblem) -> Datum {
        let queue = try QueuesDesk.find(try desk.place(call), desk.shelf.records)
        let now = Int64(WallClock.milliseconds)
        let count = try desk.shelf.read { database throws(Fault) in try MessageTable(database).count(queue, now) }
        var all: [String: String] = [
            "ApproximateNumberOfMessages": "\(count.visible)",
            "ApproximateNumberOfMessagesNotVisible": "\(count.inFlight)",
            "ApproximateNumberOfMessagesDelayed": "\(count.delayed)", "CreatedTimestamp": "\(queue.created)",
            "LastModifiedTimestamp": "\(queue.modified)", "QueueArn": desk.arn(queue.name),
            QueueAttributes.encryption: "false",
        ]
        let settable = QueueAttributes.wholes.map(\.name) + QueueAttributes.documents
        for name in settable { all[name] = queue.told(name) }
        let wanted = call.texts("AttributeNames")
        if let stranger = wanted.first(where: { $0 != "All" && all[$0] == nil && !settable.contains($0) }) {
            throw QueueProblem.unknownAttribute(stranger)
        }
        let told = all.filter { wanted.contains("All") || wanted.contains($0.key) }.sorted { $0.key < $1.key }
        return ["Attributes": told.isEmpty ? .null : .map(DatumMap(told.map { ($0.key, .text($0.value)) }))]
    }

    // MARK: listing

    private func page(_ keys: [String], _ call: Call) throws(ServiceProblem) -> (urls: [Datum], next: Datum) {
        let (part, next) = try Paging.part(
            keys, token: call.text("NextToken"), limit: call.whole("MaxResults") ?? 1000,
            invalid: "InvalidParameterValue")
        return (part.map { desk.url($0, call) }, next.map(Datum.text) ?? .null)
    }

    private func sources(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = desk.shelf.records
        let arn = desk.arn(try QueuesDesk.find(try desk.place(call), records).name)
        let queues = records.all(QueuesDesk.queue).compactMap(Queue.init)
        let (urls, next) = try page(queues.filter { $0.redrive?.target == arn }.map(\.name), call)
        return ["queueUrls": .list(urls), "NextToken": next]
    }
}
