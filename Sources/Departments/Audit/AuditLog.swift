package import AWSDoor
package import Core
internal import Crypto
internal import Database
internal import Files
internal import JSON
internal import Records

/// Every call that was made, but for those that asked for news and found none, in a chain: each entry's hash covers the
/// one before it, so that none can be changed or taken out without changing all that follow.
///
/// `hash = SHA-256(previous hash || body)`, and before the first there are 32 zero bytes.
package final class AuditLog: CallLedger {
    private static let tables = [
        """
        CREATE TABLE calls(n INTEGER PRIMARY KEY, at INTEGER, name TEXT, who TEXT, body BLOB, hash BLOB);
        CREATE INDEX calls_at ON calls(at);
        """,
        "CREATE TABLE beginning(n INTEGER, hash BLOB)",
    ]
    private let shelf: RecordShelf
    private let forgetting = Rounds()

    /// A killed process loses nothing; a power cut may take the last entries.
    package init(_ path: String) throws(Fault) {
        shelf = try RecordShelf(path, tables: Self.tables, durability: .normal)
    }

    package func close() {
        forgetting.stop()
        shelf.close()
    }

    package func note(_ record: CallRecord) {
        // Who waits for messages asks day and night.
        if record.isIdle { return }
        let body = AuditEntry.body(of: record)
        let (at, name, who) = (record.milliseconds, AuditEntry.name(record), AuditEntry.who(record))
        do throws(ServiceProblem) {
            try shelf.change { desk in
                let last = try desk.database.rows("SELECT hash FROM calls ORDER BY n DESC LIMIT 1") { $0.blob(0) }
                let hash = Self.link(last.first, body)
                try desk.database.run(
                    "INSERT INTO calls(at, name, who, body, hash) VALUES(?, ?, ?, ?, ?)",
                    [.int(at), .text(name), .text(who), .bytes(body), .bytes(hash)])
            }
        } catch { Log.line("the audit could not be written: \(error.message)") }
    }

    // MARK: the beginning

    private static let forgottenAtOnce: Int64 = 5000
    private static let hour = 3600 * Span64.second

    /// From now on entries go when they are so many days old, the oldest first. The last of those that went stays in the chain
    /// by its hash, and that they went is an entry itself.
    package func forget(after days: Int, as record: @escaping @Sendable (_ through: Int64) -> CallRecord) {
        forgetting.start("audit") { [self] in
            let limit = Int64(WallClock.milliseconds) - Int64(days) * 86_400_000
            do throws(ServiceProblem) {
                var through: Int64?
                while !forgetting.isStopping, let last = try forget(before: limit) { through = last }
                if let through { note(record(through)) }
            } catch { Log.line("the audit could not be shortened: \(error.message)") }
            return .nap(Self.hour)
        }
    }

    /// The last that went, of some; nil when none is old enough. The newest stays, for the next is counted from it.
    private func forget(before limit: Int64) throws(ServiceProblem) -> Int64? {
        try shelf.change { desk in
            let rows = try desk.database.rows(
                "SELECT n, at, hash FROM calls WHERE n < (SELECT max(n) FROM calls) ORDER BY n LIMIT ?",
                [.int(Self.forgottenAtOnce)]
            ) { (number: $0.int(0), at: $0.int(1), hash: $0.blob(2)) }
            guard let last = rows.prefix(while: { $0.at < limit }).last else { return nil }
            try desk.database.run("DELETE FROM calls WHERE n <= ?", [.int(last.number)])
            try desk.database.run("DELETE FROM beginning", [])
            try desk.database.run("INSERT INTO beginning VALUES(?, ?)", [.int(last.number), .bytes(last.hash)])
            return last.number
        }
    }

    private static func link(_ last: [UInt8]?, _ body: [UInt8]) -> [UInt8] {
        var sha = SHA256()
        sha.update(last ?? SHA256Digest.zero.bytes)
        sha.update(body)
        return sha.finish().bytes
    }

    /// Entries of a span of time, the newest first, until `take` has had enough and says false.
    func entries(
        from: Int64, until: Int64, before number: Int64?, name: String?, who: String?,
        _ take: (_ number: Int64, _ body: [UInt8]) -> Bool
    ) throws(ServiceProblem) {
        let sql = """
            SELECT n, body FROM calls WHERE at >= ?1 AND at <= ?2 AND n < ?3 AND (?4 IS NULL OR name = ?4)
            AND (?5 IS NULL OR who = ?5) ORDER BY n DESC
            """
        let values: [SQLValue] = [
            .int(from), .int(until), .int(number ?? .max), name.map(SQLValue.text) ?? .null,
            who.map(SQLValue.text) ?? .null,
        ]
        try shelf.read { database throws(Fault) in
            try database.forEachRow(sql, values) { row throws(Fault) in take(row.int(0), row.blob(1)) }
        }
    }

    /// What a look at the whole chain finds.
    package enum Finding: Hashable, Sendable {
        /// `first`: those before it were let go.
        case whole(entries: Int, first: Int64)
        case broken(at: Int64, why: String)
    }

    /// Reads a chain from its first entry to its last; another process may be writing to it.
    package static func verify(_ path: String) throws(Fault) -> Finding {
        guard FileAccess.isFile(path) else { throw Fault(.notFound, "there is no audit at \(path)") }
        let database = try Database(path, .readOnly)
        // One moment of it: its beginning may move meanwhile.
        try database.execute("BEGIN")
        return try verify(database)
    }

    private static func verify(_ database: Database) throws(Fault) -> Finding {
        let statement = try database.prepare("SELECT n, body, hash, at, name, who FROM calls ORDER BY n")
        let (before, hash) = try beginning(database)
        var last = hash
        var count = 0
        while try statement.step() {
            let number = statement.int(0)
            count += 1
            guard number == before + Int64(count) else {
                return .broken(at: before + Int64(count), why: "it is missing")
            }
            let hash = link(last, statement.blob(1))
            guard hash == statement.blob(2), AuditEntry.isIndexed(statement.blob(1), statement) else {
                return .broken(at: number, why: "it is not what was written")
            }
            last = hash
        }
        return .whole(entries: count, first: before + 1)
    }

    /// The number and the hash of the last entry that was let go. An audit of before there was such a thing has none.
    private static func beginning(_ database: Database) throws(Fault) -> (Int64, [UInt8]?) {
        let tables = try database.rows("SELECT 1 FROM sqlite_master WHERE name = 'beginning'") { $0.int(0) }
        guard !tables.isEmpty else { return (0, nil) }
        return try database.rows("SELECT n, hash FROM beginning") { ($0.int(0), $0.blob(1)) }.first ?? (0, nil)
    }
}
