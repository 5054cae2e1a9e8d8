internal import AWSProtocol
internal import Core
internal import Records

/// Messages on their way out.
struct Receiving: Sendable {
    let desk: QueuesDesk

    /// For how long whoever would wait, and finds no seat, waits for his answer; no worker waits with him.
    private static let standing = Span64.second

    var operations: [Operation] {
        var operation = Operation(
            "ReceiveMessage",
            [
                QueueOperations.url, Member("AttributeNames", .list(.text)),
                Member("MessageSystemAttributeNames", .list(.text)), Member("MessageAttributeNames", .list(.text)),
                Member("MaxNumberOfMessages", .whole, 1...10),
                Member("VisibilityTimeout", .whole, QueueAttributes.visibility.range),
                Member("WaitTimeSeconds", .whole, QueueAttributes.wait.range), Member("ReceiveRequestAttemptId"),
            ], on: QueuesDesk.resources
        ) { call throws(ServiceProblem) in try receive(call) }
        operation.idleness = { call, answer in idleness(call, answer) }
        return [operation]
    }

    private func idleness(_ call: Call, _ answer: Datum) -> UInt64? {
        guard answer["Messages"]?.list == nil else { return nil }
        guard !desk.waiting.isClosed, let name = try? desk.place(call),
            let queue = try? QueuesDesk.find(name, desk.shelf.records)
        else { return 0 }
        return min(Self.standing, patience(call, queue))
    }

    /// How long the caller would wait: nanoseconds.
    private func patience(_ call: Call, _ queue: Queue) -> UInt64 {
        UInt64(call.whole("WaitTimeSeconds") ?? queue.whole(QueueAttributes.wait)) * Span64.second
    }

    private func receive(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = try desk.place(call)
        let queue = try QueuesDesk.find(name, desk.shelf.records)
        let facts = call.texts("MessageSystemAttributeNames") + call.texts("AttributeNames")
        if let stranger = facts.first(where: { !Message.systemNames.contains($0) }) {
            throw QueueProblem.unknownAttribute(stranger)
        }
        let wish = MessageTable.Wish(
            most: call.whole("MaxNumberOfMessages") ?? 1,
            visibility: call.whole("VisibilityTimeout").map { Int64($0) * 1000 })
        let messages = try take(wish, from: name, waiting: patience(call, queue))
        let (own, system) = (AttributeChoice(call.texts("MessageAttributeNames")), AttributeChoice(facts))
        return ["Messages": messages.isEmpty ? .null : .list(messages.map { $0.told(own, system: system) })]
    }

    /// What there is, or what comes within the span.
    private func take(
        _ wish: MessageTable.Wish, from name: String, waiting span: UInt64
    ) throws(ServiceProblem) -> [Message] {
        let end = Instant.now.advanced(by: span)
        let bell = span > 0 ? desk.waiting.sit(at: name) : nil
        defer { if bell != nil { desk.waiting.leave(name) } }
        var wish = wish
        wish.waits = bell != nil
        while true {
            // Listened to before looking: what comes in between is then not missed.
            let seen = bell?.rings ?? 0
            let now = try desk.now()
            let taken = try desk.take(wish, from: name, now)
            guard taken.messages.isEmpty, let bell, Instant.now < end, !desk.waiting.isClosed else {
                return taken.messages
            }
            let next = taken.next.map { Instant.now.advanced(by: UInt64(max(0, $0 - now)) * Span64.millisecond) }
            bell.wait(since: seen, until: min(end, next ?? end))
        }
    }
}
