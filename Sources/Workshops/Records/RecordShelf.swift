package import Core
package import Database
internal import Files
internal import JSON
internal import Synchronization

/// A department's documents and tables in one file. Reading takes nothing but a lock; changes of many callers are written
/// in one commit, and nobody hears of his before it is on the disk.
///
/// Concurrency: the database belongs to one thread, the lane; the records that are read are a value under a lock, replaced
/// after each commit.
package final class RecordShelf: Sendable {
    /// What a change works on.
    package struct Desk: ~Copyable {
        package var records: Records
        package let database: Database
    }

    private let path: String
    private let committed: Mutex<Records>
    private let inbox = Mutex<(changes: [any PendingChange], isClosed: Bool)>(([], false))
    private let bell = Doorbell()
    private let gone = Flagpole()
    private let reader: Reader

    /// `tables`: steps of the schema beyond the records; they are only ever added at the end.
    package init(_ path: String, tables: [String] = [], durability: Database.Durability = .full) throws(Fault) {
        self.path = path
        try FileAccess.makeFolder(PathName.folder(of: path))
        let database = try Database(path, durability: durability)
        let first = "CREATE TABLE records(kind TEXT, key TEXT, body BLOB, PRIMARY KEY(kind, key)) WITHOUT ROWID"
        try database.migrate([first] + tables)
        committed = Mutex(try Self.load(database, path))
        reader = Reader(try Database(path, .readOnly))
        let opened = Opened(database)
        Lane.start("shelf", stackBytes: 2 << 20) { [self] in
            run(opened.database)
            gone.raise()
        }
    }

    /// Hands the database over to the thread that it will belong to.
    private final class Opened: @unchecked Sendable {
        let database: Database
        init(_ database: Database) { self.database = database }
    }

    private static func load(_ database: Database, _ path: String) throws(Fault) -> Records {
        var records = Records()
        let rows = try database.rows("SELECT kind, key, body FROM records") { row throws(Fault) in
            (row.text(0), row.text(1), try Datum(json: row.blob(2), named: "\(path): \(row.text(0)) \(row.text(1))"))
        }
        for (kind, key, value) in rows { records.load(kind, key, value) }
        return records
    }

    // MARK: reading

    /// The records as they are on the disk.
    package var records: Records { committed.withLock { $0 } }

    /// Reads tables as they are on the disk, beside whoever writes them.
    package func read<Value: Sendable>(
        _ body: (Database) throws(Fault) -> Value
    ) throws(ServiceProblem) -> Value {
        let outcome = reader.run(body)
        do throws(Fault) { return try outcome.get() } catch { throw ServiceProblem(error) }
    }

    // MARK: changing

    /// Changes documents and tables, all of it or nothing, and comes back when that is on the disk. Never called on a
    /// reactor's thread.
    package func change<Value: Sendable>(
        _ body: @escaping @Sendable (inout Desk) throws -> Value
    ) throws(ServiceProblem) -> Value {
        let news = NewsStand<Result<Value, ServiceProblem>>()
        submit(body) { news.post($0) }
        return try news.wait().get()
    }

    /// The same for whoever does not wait; `done` is called on the lane.
    package func submit<Value: Sendable>(
        _ body: @escaping @Sendable (inout Desk) throws -> Value,
        done: @escaping @Sendable (Result<Value, ServiceProblem>) -> Void
    ) {
        let isTaken = inbox.withLock { inbox -> Bool in
            if inbox.isClosed { return false }
            inbox.changes.append(Change(body, done))
            return true
        }
        guard isTaken else {
            return done(.failure(ServiceProblem("ServiceUnavailable", "the hub is closing", status: 503)))
        }
        bell.ring()
    }

    // MARK: the lane

    private func run(_ database: Database) {
        while true {
            let seen = bell.rings
            let (changes, isClosed) = inbox.withLock { inbox in
                defer { inbox.changes = [] }
                return (inbox.changes, inbox.isClosed)
            }
            if !changes.isEmpty {
                commit(changes, database)
            } else if isClosed {
                return database.forgetStatements()
            } else {
                bell.wait(since: seen, until: .distantFuture)
            }
        }
    }

    private func commit(_ changes: [any PendingChange], _ database: Database) {
        var fault: Fault?
        do throws(Fault) {
            var records = try database.transaction { () throws(Fault) in
                var desk = Desk(records: self.records, database: database)
                for change in changes {
                    change.attempt(&desk)
                    // SQLite ends a transaction by itself when it runs out of room: nothing of it may go on alone.
                    guard database.isInTransaction else {
                        throw Fault(
                            .diskFull, "\(path): the changes of this moment were undone", hint: "make room on that disk"
                        )
                    }
                }
                return desk.records
            }
            records.settle()
            committed.withLock { $0 = records }
        } catch {
            Log.line("\(path): \(error)")
            fault = error
        }
        for change in changes { change.finish(fault) }
    }

    /// Writes what has been submitted, and ends.
    package func close() {
        inbox.withLock { $0.isClosed = true }
        bell.ring()
        gone.wait()
    }
}

/// The connection that reads.
///
/// Concurrency: one at a time, under the lock; what leaves `run` is Sendable.
private final class Reader: @unchecked Sendable {
    private let lock = Mutex(())
    private let database: Database

    init(_ database: Database) { self.database = database }

    func run<Value: Sendable>(_ body: (Database) throws(Fault) -> Value) -> Result<Value, Fault> {
        lock.withLock { _ in Result { () throws(Fault) in try body(database) } }
    }
}

/// A change that waits for its turn, and then for the disk.
private protocol PendingChange: Sendable {
    /// Does it within the transaction of all; what is left of a failed one is undone.
    func attempt(_ desk: inout RecordShelf.Desk)
    /// The transaction is over.
    func finish(_ fault: Fault?)
}

private final class Change<Value: Sendable>: PendingChange {
    private let body: @Sendable (inout RecordShelf.Desk) throws -> Value
    private let done: @Sendable (Result<Value, ServiceProblem>) -> Void
    private let outcome = Mutex<Result<Value, ServiceProblem>?>(nil)

    init(
        _ body: @escaping @Sendable (inout RecordShelf.Desk) throws -> Value,
        _ done: @escaping @Sendable (Result<Value, ServiceProblem>) -> Void
    ) {
        self.body = body
        self.done = done
    }

    func attempt(_ desk: inout RecordShelf.Desk) {
        let before = desk.records
        do {
            try desk.database.run("SAVEPOINT change")
            let value = try body(&desk)
            try Self.write(desk.records, since: before.touched.count, desk.database)
            try desk.database.run("RELEASE change")
            outcome.withLock { $0 = .success(value) }
        } catch {
            desk.records = before
            try? desk.database.run("ROLLBACK TO change")
            try? desk.database.run("RELEASE change")
            let problem = error as? ServiceProblem ?? ServiceProblem(error as? Fault ?? Fault(.system, "\(error)"))
            outcome.withLock { $0 = .failure(problem) }
        }
    }

    func finish(_ fault: Fault?) {
        if let fault { return done(.failure(ServiceProblem(fault))) }
        done(outcome.withLock { $0 } ?? .failure(ServiceProblem(Fault(.system, "a change was never made"))))
    }

    private static func write(_ records: Records, since count: Int, _ database: Database) throws(Fault) {
        for place in Set(records.touched.dropFirst(count)) {
            if let value = records[place.kind, place.key] {
                try database.run(
                    "INSERT INTO records VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET body = ?3",
                    [.text(place.kind), .text(place.key), .bytes(value.json)])
            } else {
                try database.run(
                    "DELETE FROM records WHERE kind = ? AND key = ?", [.text(place.kind), .text(place.key)])
            }
        }
    }
}

extension ServiceProblem {
    /// What a service says when its own house fails it.
    package init(_ fault: Fault) {
        self.init("InternalFailure", "\(fault)", status: 500)
    }
}
