internal import Core
internal import Database
internal import JSON
internal import Records

/// The messages of all queues. What changes with each receive lies apart from what never does: a long body is written
/// once.
///
/// Concurrency: made for one change, or one reading, on the thread that the database belongs to.
struct MessageTable {
    /// A queue's messages by when they are next to be received; `tries` are its receives from the queue that it is in.
    /// Tallies are kept by the file itself, so that nobody counts a million rows.
    static let steps = [
        """
        CREATE TABLE messages(
            n INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER, visible INTEGER, sent INTEGER, bytes INTEGER, key TEXT,
            receives INTEGER, tries INTEGER, first INTEGER, source TEXT);
        CREATE INDEX messages_visible ON messages(queue, visible, n);
        CREATE INDEX messages_sent ON messages(queue, sent);
        CREATE TABLE letters(
            n INTEGER PRIMARY KEY, id TEXT, sender TEXT, body TEXT, attributes TEXT, trace TEXT, grp TEXT);
        CREATE TABLE tallies(queue INTEGER PRIMARY KEY, messages INTEGER, bytes INTEGER);
        CREATE TRIGGER message_came AFTER INSERT ON messages BEGIN
            INSERT INTO tallies VALUES(new.queue, 1, new.bytes)
            ON CONFLICT(queue) DO UPDATE SET messages = messages + 1, bytes = bytes + excluded.bytes;
        END;
        CREATE TRIGGER message_went AFTER DELETE ON messages BEGIN
            UPDATE tallies SET messages = messages - 1, bytes = bytes - old.bytes WHERE queue = old.queue;
            DELETE FROM letters WHERE n = old.n;
        END;
        CREATE TRIGGER message_moved AFTER UPDATE OF queue ON messages BEGIN
            UPDATE tallies SET messages = messages - 1, bytes = bytes - old.bytes WHERE queue = old.queue;
            INSERT INTO tallies VALUES(new.queue, 1, new.bytes)
            ON CONFLICT(queue) DO UPDATE SET messages = messages + 1, bytes = bytes + excluded.bytes;
        END;
        """
    ]
    static let messagesMax: Int64 = 1_000_000
    static let bytesMax: Int64 = 1 << 30
    /// Of all queues together, and of what is on its way out.
    static let deskBytesMax: Int64 = 8 << 30
    /// So many are looked at for one receive: more may have to go to the dead letters.
    static let lookedAtMax: Int64 = 1000

    let database: Database

    init(_ database: Database) { self.database = database }

    // MARK: coming

    func add(_ drafts: [MessageDraft], to queue: Queue, _ now: Int64) throws {
        try checkRoom(for: drafts, in: queue)
        for draft in drafts {
            let visible = now + (draft.delay ?? queue.milliseconds(QueueAttributes.delay))
            try database.run(
                """
                INSERT INTO messages(queue, visible, sent, bytes, key, receives, tries)
                VALUES(?1, ?2, ?3, ?4, ?5, 0, 0)
                """,
                [
                    .int(Int64(queue.number)), .int(visible), .int(now), .int(Int64(draft.byteCount)),
                    .text(UniqueID.random()),
                ])
            let attributes = draft.attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value.datum) }
            try database.run(
                "INSERT INTO letters VALUES(last_insert_rowid(), ?, ?, ?, ?, ?, ?)",
                [
                    .text(draft.id), .text(draft.sender), .text(draft.body),
                    attributes.isEmpty ? .null : .json(.map(DatumMap(attributes))),
                    .optional(draft.trace?.datum["StringValue"]?.text), .optional(draft.group),
                ])
        }
    }

    private func checkRoom(for drafts: [MessageDraft], in queue: Queue) throws {
        let tally = try tally(of: queue)
        let bytes = drafts.reduce(0) { $0 + Int64($1.byteCount) }
        guard tally.messages + Int64(drafts.count) <= Self.messagesMax, tally.bytes + bytes <= Self.bytesMax else {
            throw ServiceProblem(
                "OverLimit",
                "\(queue.name) is full: it may hold \(Self.messagesMax) messages and \(Self.bytesMax >> 20) MiB."
            )
        }
        let all = try database.rows("SELECT total(bytes) FROM tallies") { Int64($0.double(0)) }.first ?? 0
        guard all + bytes <= Self.deskBytesMax else {
            throw ServiceProblem(
                "OverLimit",
                "All queues together are full: they may hold \(Self.deskBytesMax >> 30) GiB. Delete some messages."
            )
        }
    }

    private func tally(of queue: Queue) throws(Fault) -> (messages: Int64, bytes: Int64) {
        try database.rows(
            "SELECT messages, bytes FROM tallies WHERE queue = ?", [.int(Int64(queue.number))]
        ) { ($0.int(0), $0.int(1)) }.first ?? (0, 0)
    }

    /// Whether a queue can take in a look's worth of dead letters.
    func hasRoom(_ queue: Queue) throws(Fault) -> Bool {
        let tally = try tally(of: queue)
        return tally.messages + Self.lookedAtMax <= Self.messagesMax && tally.bytes < Self.bytesMax
    }

    // MARK: counting

    struct Count: Hashable, Sendable {
        var all: Int64 = 0
        /// Received, and neither deleted nor visible again.
        var inFlight: Int64 = 0
        /// Never received, and not to be yet.
        var delayed: Int64 = 0
        var visible: Int64 { max(0, all - inFlight - delayed) }
    }

    func count(_ queue: Queue, _ now: Int64) throws(Fault) -> Count {
        let (hidden, received) =
            try database.rows(
                "SELECT count(*), coalesce(sum(tries > 0), 0) FROM messages WHERE queue = ? AND visible > ?",
                [.int(Int64(queue.number)), .int(now)]
            ) { ($0.int(0), $0.int(1)) }.first ?? (0, 0)
        return Count(all: try tally(of: queue).messages, inFlight: received, delayed: hidden - received)
    }

    // MARK: going

    func delete(_ handle: ReceiptHandle, from queue: Queue) throws(Fault) {
        try database.run(
            "DELETE FROM messages WHERE n = ? AND queue = ? AND key = ?",
            [.int(handle.message), .int(Int64(queue.number)), .text(handle.key)])
    }

    /// Throws out a portion of what is past its retention, and of what no queue has any more; whether there is more.
    func sweep(_ queues: [Queue], _ now: Int64, portion: Int64) throws(Fault) -> Bool {
        let living = Dictionary(uniqueKeysWithValues: queues.map { (Int64($0.number), $0) })
        var room = portion
        for number in try database.rows("SELECT queue FROM tallies", [], { $0.int(0) }) where room > 0 {
            let limit = living[number].map { now - $0.milliseconds(QueueAttributes.retention) } ?? .max
            let gone = try database.rows(
                """
                DELETE FROM messages WHERE n IN (SELECT n FROM messages WHERE queue = ? AND sent <= ? LIMIT ?)
                RETURNING n
                """, [.int(number), .int(limit), .int(room)]
            ) { $0.int(0) }
            room -= Int64(gone.count)
            if living[number] == nil {
                try database.run("DELETE FROM tallies WHERE queue = ? AND messages = 0", [.int(number)])
            }
        }
        return room <= 0
    }
}
