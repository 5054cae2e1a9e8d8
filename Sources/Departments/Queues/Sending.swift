internal import AWSProtocol
internal import Core
internal import Records

/// Messages on their way in.
struct Sending: Sendable {
    let desk: QueuesDesk
    /// Of all messages of a batch.
    private static let batchBytesMax = 1_048_576

    private static let message: [Member] = {
        let attribute = Shape.structure([
            Member("DataType"), Member("StringValue"), Member("BinaryValue", .blob),
        ])
        return [
            Member("MessageBody"), Member("DelaySeconds", .whole), Member("MessageAttributes", .map(attribute)),
            Member("MessageSystemAttributes", .map(attribute)), Member("MessageDeduplicationId"),
            Member("MessageGroupId"),
        ]
    }()

    var operations: [Operation] {
        let entry = Shape.structure([Member("Id")] + Self.message)
        return [
            Operation("SendMessage", [QueueOperations.url] + Self.message, on: QueuesDesk.resources) {
                call throws(ServiceProblem) in
                let name = try desk.place(call)
                _ = try QueuesDesk.find(name, desk.shelf.records)
                let draft = try MessageDraft(.map(call.input), sender: call.caller.userID)
                try desk.send([draft], to: name, Int64(WallClock.milliseconds))
                return .map(Self.receipt(draft))
            },
            Operation(
                "SendMessageBatch", [QueueOperations.url, Member("Entries", .list(entry))], as: "SendMessage",
                on: QueuesDesk.resources
            ) { call throws(ServiceProblem) in try sendBatch(call) },
        ]
    }

    private func sendBatch(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = try desk.place(call)
        let queue = try QueuesDesk.find(name, desk.shelf.records)
        let drafts = try Batch(call).entries.map { entry in
            (
                id: entry.id,
                outcome: Result { () throws(ServiceProblem) in
                    try MessageDraft(entry.body, sender: call.caller.userID)
                }
            )
        }
        try Self.checkLength(drafts.compactMap { try? $0.outcome.get() })
        let checked = drafts.map { id, outcome in
            let outcome = outcome.flatMap { draft in
                Result { () throws(ServiceProblem) in
                    try QueuesDesk.checkSize(draft, in: queue)
                    return draft
                }
            }
            return (id: id, outcome: outcome)
        }
        let good = checked.compactMap { try? $0.outcome.get() }
        if !good.isEmpty { try desk.send(good, to: name, Int64(WallClock.milliseconds)) }
        return Batch.answer(checked.map { ($0.id, $0.outcome.map(Self.receipt)) })
    }

    private static func checkLength(_ drafts: [MessageDraft]) throws(ServiceProblem) {
        let bytes = drafts.reduce(0) { $0 + $1.byteCount }
        guard bytes <= batchBytesMax else {
            throw ServiceProblem(
                "BatchRequestTooLong",
                "Batch requests cannot be longer than \(batchBytesMax) bytes. You have sent \(bytes) bytes.")
        }
    }

    private static func receipt(_ draft: MessageDraft) -> DatumMap {
        let trace = draft.trace.map { [MessageDraft.traceName: $0] } ?? [:]
        return [
            "MessageId": .text(draft.id), "MD5OfMessageBody": .text(MessageText.digest(draft.body)),
            "MD5OfMessageAttributes": MessageAttribute.digest(of: draft.attributes).map(Datum.text) ?? .null,
            "MD5OfMessageSystemAttributes": MessageAttribute.digest(of: trace).map(Datum.text) ?? .null,
        ]
    }
}
