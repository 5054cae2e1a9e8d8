import Core
import Database
import Files
import Testing

/// Real SQLite, in a folder that goes with the test.
final class Shelf {
    let folder: String
    init() throws { folder = try FileAccess.temporaryFolder("lineside-database") }
    deinit { FileAccess.remove(folder) }
    func path(_ name: String = "test.db") -> String { folder + "/" + name }
}

@Suite struct DatabaseTests {
    private let shelf: Shelf
    init() throws { shelf = try Shelf() }

    private func table() throws -> Database {
        let database = try Database(shelf.path())
        try database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB NOT NULL)")
        return database
    }

    private func count(_ database: Database) throws -> Int64? { try database.number("SELECT count(*) FROM t") }

    private func code(_ body: () throws(Fault) -> Void) -> Fault.Code? {
        do throws(Fault) { try body() } catch { return error.code }
        return nil
    }

    @Test func readsBackWhatWasBound() throws {
        let statement = try Database(shelf.path()).prepare("SELECT ?, ?, ?, ?, ?, ?")
        try statement.bind(1, Int64.min)
        try statement.bind(2, 0.1)
        try statement.bind(3, "zwölf\0!")
        try statement.bind(4, [0, 255, 7])
        try statement.bindNull(5)
        try statement.bind(6, [UInt8]())
        #expect(try statement.step())
        #expect(statement.int(0) == .min)
        #expect(statement.double(1) == 0.1)
        #expect(statement.text(2) == "zwölf\0!")
        #expect(statement.blob(3) == [0, 255, 7])
        #expect(statement.isNull(4) && statement.optionalInt(4) == nil)
        #expect(!statement.isNull(5) && statement.blob(5).isEmpty)
        #expect(try !statement.step())
    }

    @Test func isWrittenAheadAndFullySynchronous() throws {
        let database = try Database(shelf.path())
        #expect(try database.number("PRAGMA synchronous") == 2)
        #expect(try database.number("PRAGMA foreign_keys") == 1)
        #expect(try Database(shelf.path(), durability: .normal).number("PRAGMA synchronous") == 1)
        let mode = try database.prepare("PRAGMA journal_mode")
        #expect(try mode.step() && mode.text(0) == "wal")
    }

    @Test func aTransactionIsWholeOrNothing() throws {
        let database = try table()
        #expect(throws: Fault.self) {
            try database.transaction { () throws(Fault) in
                try database.execute("INSERT INTO t VALUES(1, 'x')")
                throw Fault(.invalid, "changed my mind")
            }
        }
        #expect(try count(database) == 0)
        try database.transaction { () throws(Fault) in try database.execute("INSERT INTO t VALUES(1, 'x')") }
        #expect(try count(database) == 1)
    }

    @Test func aBrokenRuleNamesTheFileAndSQLitesOwnWords() throws {
        let database = try table()
        do throws(Fault) {
            try database.execute("INSERT INTO t VALUES(1, NULL)")
            Issue.record("a NULL got in")
        } catch {
            #expect(error.code == .constraint)
            #expect(error.message.contains(shelf.path()))
            #expect(error.message.contains("NOT NULL constraint failed: t.b (SQLite error 1299)"))
        }
    }

    @Test func aStatementCanGoOnAfterAFault() throws {
        let database = try table()
        let insert = try database.prepare("INSERT INTO t VALUES(?, ?)")
        try insert.bind(1, Int64(1))
        try insert.bind(2, [1])
        try insert.run()
        #expect(code { () throws(Fault) in try insert.run() } == .constraint)
        try insert.bind(1, Int64(2))
        try insert.run()
        #expect(try count(database) == 2)
    }

    /// What a full disk says, said by SQLite itself: the file may not grow any more.
    @Test func aFullDiskIsToldFromADamagedFile() throws {
        let database = try table()
        let pages = try #require(try database.number("PRAGMA page_count"))
        _ = try database.number("PRAGMA max_page_count = \(pages)")
        let big = "INSERT INTO t VALUES(1, zeroblob(100000))"
        #expect(
            code { () throws(Fault) in try database.transaction { () throws(Fault) in try database.execute(big) } }
                == .diskFull)
        #expect(try count(database) == 0)
        _ = try database.number("PRAGMA max_page_count = 1000000")
        try database.transaction { () throws(Fault) in try database.execute(big) }
        #expect(try count(database) == 1)
    }

    @Test func aFileThatIsNoneIsDamaged() throws {
        try FileAccess.write(Array("this is no database, whatever its name may say of it".utf8), to: shelf.path())
        #expect(code { () throws(Fault) in _ = try Database(shelf.path()) } == .damaged)
    }

    @Test func anotherWriterIsBusy() throws {
        let database = try table()
        let other = try Database(shelf.path(), busyMilliseconds: 1)
        try database.execute("BEGIN IMMEDIATE")
        #expect(code { () throws(Fault) in try other.execute("BEGIN IMMEDIATE") } == .busy)
        try database.execute("ROLLBACK")
        try other.execute("BEGIN IMMEDIATE; ROLLBACK")
    }

    @Test func aReaderReadsBesideAWriterAndWritesNothing() throws {
        let database = try table()
        let reader = try Database(shelf.path(), .readOnly)
        try database.execute("INSERT INTO t VALUES(1, 'x')")
        #expect(try count(reader) == 1)
        #expect(throws: Fault.self) { try reader.execute("DELETE FROM t") }
        #expect(code { () throws(Fault) in _ = try Database(shelf.path("nowhere.db"), .readOnly) } == .notFound)
    }

    @Test(arguments: ["a b.db", "50%.db", "what?.db", "#1.db", "ü.db"])
    func opensAnyName(_ name: String) throws {
        _ = try Database(shelf.path(name))
        #expect(FileAccess.isFile(shelf.path(name)))
        _ = try Database(shelf.path(name), .readOnly)
    }
}

@Suite struct MigrationTests {
    private let shelf: Shelf
    init() throws { shelf = try Shelf() }

    @Test func takesEachStepOnce() throws {
        let steps = ["CREATE TABLE t(a)", "INSERT INTO t VALUES(1)", "INSERT INTO t VALUES(2)"]
        let database = try Database(shelf.path())
        try database.migrate(Array(steps.prefix(2)))
        #expect(try database.schemaVersion == 2)
        try database.migrate(steps)
        try database.migrate(steps)
        #expect(try database.number("SELECT count(*) FROM t") == 2)
    }

    @Test func aStepIsWholeOrNothing() throws {
        let database = try Database(shelf.path())
        #expect(throws: Fault.self) { try database.migrate(["CREATE TABLE t(a); CREATE TABLE t(a)"]) }
        #expect(try database.schemaVersion == 0)
        try database.migrate(["CREATE TABLE t(a)"])
    }

    @Test func leavesANewerFileAlone() throws {
        let database = try Database(shelf.path())
        try database.execute("PRAGMA user_version = 7")
        #expect(throws: Fault.self) { try database.migrate(["CREATE TABLE t(a)"]) }
        #expect(try database.schemaVersion == 7)
    }
}
