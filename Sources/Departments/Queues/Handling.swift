internal import AWSProtocol
internal import Core
internal import Records

/// What a receiver does with a message that it holds.
struct Handling: Sendable {
    let desk: QueuesDesk

    var operations: [Operation] {
        let handle = Member("ReceiptHandle")
        let seconds = Member("VisibilityTimeout", .whole)
        let entries = { (more: [Member]) in
            [QueueOperations.url, Member("Entries", .list(.structure([Member("Id")] + more)))]
        }
        return [
            Operation("DeleteMessage", [QueueOperations.url, handle], on: QueuesDesk.resources) {
                call throws(ServiceProblem) in try one(call, delete)
            },
            Operation("DeleteMessageBatch", entries([handle]), as: "DeleteMessage", on: QueuesDesk.resources) {
                call throws(ServiceProblem) in try several(call, delete)
            },
            Operation("ChangeMessageVisibility", [QueueOperations.url, handle, seconds], on: QueuesDesk.resources) {
                call throws(ServiceProblem) in try one(call, hide)
            },
            Operation(
                "ChangeMessageVisibilityBatch", entries([handle, seconds]), as: "ChangeMessageVisibility",
                on: QueuesDesk.resources
            ) { call throws(ServiceProblem) in try several(call, hide) },
        ]
    }

    /// What is done to one message of a queue; whether something can be received sooner for it.
    private typealias Deed = @Sendable (MessageTable, Queue) throws -> Bool

    private func one(
        _ call: Call, _ read: (Datum) throws(ServiceProblem) -> Deed
    ) throws(ServiceProblem) -> Datum {
        let name = try desk.place(call)
        _ = try QueuesDesk.find(name, desk.shelf.records)
        let deed = try read(.map(call.input))
        let isNews = try desk.shelf.change { shelf in
            try deed(MessageTable(shelf.database), try QueuesDesk.find(name, shelf.records))
        }
        if isNews { desk.waiting.ring(name) }
        return .null
    }

    private func several(
        _ call: Call, _ read: (Datum) throws(ServiceProblem) -> Deed
    ) throws(ServiceProblem) -> Datum {
        let name = try desk.place(call)
        _ = try QueuesDesk.find(name, desk.shelf.records)
        let deeds = try Batch(call).entries.map { entry in
            (id: entry.id, deed: Result { () throws(ServiceProblem) in try read(entry.body) })
        }
        let fates = try desk.shelf.change { shelf in
            let (table, queue) = (MessageTable(shelf.database), try QueuesDesk.find(name, shelf.records))
            return try deeds.map { id, deed in (id: id, outcome: try Self.outcome(of: deed, table, queue)) }
        }
        if fates.contains(where: { (try? $0.outcome.get()) == true }) { desk.waiting.ring(name) }
        return Batch.answer(fates.map { ($0.id, $0.outcome.map { _ in DatumMap() }) })
    }

    /// An entry that is refused leaves the others alone; a disk that fails does not.
    private static func outcome(
        of deed: Result<Deed, ServiceProblem>, _ table: MessageTable, _ queue: Queue
    ) throws -> Result<Bool, ServiceProblem> {
        do {
            return .success(try deed.get()(table, queue))
        } catch let problem as ServiceProblem {
            return .failure(problem)
        }
    }

    // MARK: the deeds

    /// Whoever received it at any time may: it was worked on, and one time more is none the better. What is gone
    /// already is as good as deleted.
    private func delete(_ entry: Datum) throws(ServiceProblem) -> Deed {
        let handle = try Self.handle(entry)
        return { table, queue in
            try table.delete(handle, from: queue)
            return false
        }
    }

    private func hide(_ entry: Datum) throws(ServiceProblem) -> Deed {
        let handle = try Self.handle(entry)
        let range = QueueAttributes.visibility.range
        guard let seconds = entry["VisibilityTimeout"]?.whole, range.contains(seconds) else {
            throw QueueProblem.invalid(
                entry["VisibilityTimeout"]?.whole.map { "\($0)" } ?? "null", for: "VisibilityTimeout",
                "Must be between 0 and \(range.upperBound).")
        }
        let now = Int64(WallClock.milliseconds)
        return { table, queue in try table.hide(handle, in: queue, for: Int64(seconds) * 1000, now) }
    }

    private static func handle(_ entry: Datum) throws(ServiceProblem) -> ReceiptHandle {
        guard let text = entry["ReceiptHandle"]?.text, !text.isEmpty else {
            throw ServiceProblem("MissingParameter", "The request must contain the parameter ReceiptHandle.")
        }
        return try ReceiptHandle(parsing: text)
    }
}
