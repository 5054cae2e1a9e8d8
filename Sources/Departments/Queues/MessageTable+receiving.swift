internal import Core
internal import Database

extension MessageTable {
    /// What one receive is to do.
    struct Wish: Hashable, Sendable {
        let most: Int
        /// Milliseconds for which others do not see what was received; nil for what the queue says.
        let visibility: Int64?
        /// Whether the asker waits, and wants to know when to look again.
        var waits = false
    }

    struct Taken: Hashable, Sendable {
        var messages: [Message] = []
        /// When the next one will be visible, if none was taken and the asker waits; nil when there is none.
        var next: Int64?
        var hasDeadLetters = false
    }

    /// Takes what is visible, oldest first; what was received too often goes to `deadLetters`. `source`: the ARN of the
    /// queue that it was in.
    func take(
        _ wish: Wish, from queue: Queue, deadLetters: Queue?, source: String, _ now: Int64
    ) throws(Fault) -> Taken {
        let oldest = now - queue.milliseconds(QueueAttributes.retention)
        let triesMax = deadLetters == nil ? nil : queue.redrive.map { Int64($0.receivesMax) }
        var (taken, dead): ([Int64], [Int64]) = ([], [])
        try database.forEachRow(
            Self.due, [.int(Int64(queue.number)), .int(now), .int(oldest), .int(Self.lookedAtMax)]
        ) { row throws(Fault) in
            if let triesMax, row.int(1) >= triesMax { dead.append(row.int(0)) } else { taken.append(row.int(0)) }
            return taken.count < wish.most
        }
        if let deadLetters { try move(dead, to: deadLetters, source, now) }
        let until = now + (wish.visibility ?? queue.milliseconds(QueueAttributes.visibility))
        var outcome = Taken(hasDeadLetters: !dead.isEmpty)
        for number in taken { outcome.messages += try receive(number, until: until, now) }
        if taken.isEmpty, wish.waits {
            // Dead letters may have hidden others that can be received now.
            outcome.next = try next(in: queue, from: dead.isEmpty ? now : 0, since: oldest)
        }
        return outcome
    }

    // Left to itself SQLite takes the index of `sent` for what comes next, and sorts the whole queue; both questions go
    // along the index of `visible` and end at their first rows.
    static let due = """
        SELECT n, tries FROM messages INDEXED BY messages_visible
        WHERE queue = ? AND visible <= ? AND sent > ? ORDER BY visible, n LIMIT ?
        """
    static let upcoming = """
        SELECT visible FROM messages INDEXED BY messages_visible
        WHERE queue = ? AND visible >= ? AND sent > ? ORDER BY visible LIMIT 1
        """

    private func move(_ numbers: [Int64], to queue: Queue, _ source: String, _ now: Int64) throws(Fault) {
        for number in numbers {
            try database.run(
                "UPDATE messages SET queue = ?, visible = ?, tries = 0, source = ? WHERE n = ?",
                [.int(Int64(queue.number)), .int(now), .text(source), .int(number)])
        }
    }

    private func receive(_ number: Int64, until visible: Int64, _ now: Int64) throws(Fault) -> [Message] {
        try database.run(
            """
            UPDATE messages
            SET visible = ?1, receives = receives + 1, tries = tries + 1, first = coalesce(first, ?2) WHERE n = ?3
            """, [.int(visible), .int(now), .int(number)])
        return try database.rows(
            "SELECT \(Message.columns) FROM messages m JOIN letters l ON l.n = m.n WHERE m.n = ?", [.int(number)],
            Message.init)
    }

    private func next(in queue: Queue, from earliest: Int64, since oldest: Int64) throws(Fault) -> Int64? {
        try database.rows(
            Self.upcoming, [.int(Int64(queue.number)), .int(earliest), .int(oldest)]
        ) { $0.int(0) }.first
    }

    /// Hides a message for longer or shorter than it was; whether it is visible sooner now.
    func hide(_ handle: ReceiptHandle, in queue: Queue, for milliseconds: Int64, _ now: Int64) throws -> Bool {
        let found = try database.rows(
            "SELECT visible, receives FROM messages WHERE n = ? AND queue = ? AND key = ? AND sent > ?",
            [
                .int(handle.message), .int(Int64(queue.number)), .text(handle.key),
                .int(now - queue.milliseconds(QueueAttributes.retention)),
            ]
        ) { (visible: $0.int(0), receives: $0.int(1)) }.first
        guard let found else {
            throw QueueProblem.invalid(
                handle.text, for: "ReceiptHandle",
                "Message does not exist or is not available for visibility timeout change.")
        }
        // Whoever received it before others did has no say any more in who sees it.
        guard found.receives == handle.receive else { throw QueueProblem.handle(handle.text) }
        guard found.visible > now else {
            throw ServiceProblem(
                "MessageNotInflight", "The message is visible again: its visibility timeout has run out.")
        }
        try database.run(
            "UPDATE messages SET visible = ? WHERE n = ?", [.int(now + milliseconds), .int(handle.message)])
        return now + milliseconds < found.visible
    }
}
