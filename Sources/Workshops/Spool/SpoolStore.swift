internal import AWSEvents
package import Core
internal import Database
internal import Files

/// The spool's file.
///
/// Concurrency: confined to whoever holds the spool's lock on it. Nothing here waits for a network.
package final class SpoolStore {
    let database: Database
    let folder: String
    let settings: SpoolSettings
    private let lock: FileLock
    let insert: Statement
    let nextDue: Statement
    let remove: Statement
    let oldestOfRank: Statement
    var held: [SpoolRank: SpoolState.Rank] = [:]
    /// In a request at this moment: not to be given up.
    var inFlight: Set<Int64> = []
    var reportedAt: Int64?

    static let pageBytes = 4096

    package init(_ folder: String, _ settings: SpoolSettings) throws(Fault) {
        self.folder = folder
        self.settings = settings
        try FileAccess.makeFolder(folder)
        lock = try FileLock(
            folder + "/spool.lock",
            refusal: Fault(
                .unavailable, "another lineside writes to the spool of \(folder)",
                hint: "stop that one first: it sends what is in there by itself"))
        database = try Database(folder + "/spool.db", durability: .full)
        let pages = max(16, settings.logBytesMax / Self.pageBytes)
        try database.execute("PRAGMA wal_autocheckpoint = \(pages)")
        try database.execute("PRAGMA journal_size_limit = \(settings.logBytesMax)")
        try database.migrate(SpoolSchema.steps)
        insert = try database.prepare("INSERT INTO events(id, rank, wall_ms, weight, body) VALUES(?, ?, ?, ?, ?)")
        nextDue = try database.prepare(
            """
            SELECT seq, id, rank, wall_ms, attempts, weight, body FROM events WHERE due_ms <= ?1 OR due_ms > ?2
            ORDER BY rank DESC, seq LIMIT ?3
            """)
        remove = try database.prepare("DELETE FROM events WHERE seq = ?")
        oldestOfRank = try database.prepare(
            "SELECT seq, length(body) FROM events WHERE rank = ? ORDER BY seq LIMIT ?")
        held = try SpoolState.count(database)
    }

    /// One commit; after a fault everything is as it was.
    func commit<Result>(_ body: () throws(Fault) -> Result) throws(Fault) -> Result {
        let before = held
        do throws(Fault) { return try database.transaction(body) } catch {
            held = before
            throw error
        }
    }

    func hold(_ rank: SpoolRank, _ events: Int, _ bytes: Int) {
        held[rank, default: SpoolState.Rank()].events += events
        held[rank, default: SpoolState.Rank()].bytes += bytes
    }

    func add(_ event: SpoolEvent) throws(Fault) {
        let json = event.entry.json
        try insert.bind(1, event.id)
        try insert.bind(2, Int64(event.rank.rawValue))
        try insert.bind(3, event.wall)
        try insert.bind(4, Int64(event.entry.weight))
        try insert.bind(5, json)
        try insert.run()
        hold(event.rank, 1, json.count)
    }

    func delete(_ seq: Int64) throws(Fault) {
        try remove.bind(1, seq)
        try remove.run()
    }

    func tally(_ name: String, _ count: Int) throws(Fault) {
        guard count > 0 else { return }
        let add = try database.prepare(
            "INSERT INTO totals VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = value + ?2")
        try add.bind(1, name)
        try add.bind(2, Int64(count))
        try add.run()
    }

    /// How full it is.
    package func state() throws(Fault) -> SpoolState { try SpoolState(database, folder: folder, settings, held: held) }
}
