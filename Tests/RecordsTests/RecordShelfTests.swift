import Core
import Database
import Files
import Records
import Testing

/// A department's documents, over a real file.
@Suite struct RecordShelfTests {
    private static func path() throws -> String { try FileAccess.temporaryFolder("lineside-records") + "/shelf.db" }

    @Test func whatWasChangedIsThereAfterwards() throws {
        let path = try Self.path()
        defer { FileAccess.remove(PathName.folder(of: path)) }
        var shelf = try RecordShelf(path)
        try shelf.change { desk in
            desk.records["kind", "a"] = ["n": 1]
            desk.records["kind", "b"] = ["n": 2]
        }
        try shelf.change { desk in desk.records["kind", "a"] = nil }
        #expect(shelf.records.keys("kind") == ["b"])
        shelf.close()
        shelf = try RecordShelf(path)
        #expect(shelf.records["kind", "b"] == ["n": 2] && shelf.records.count("kind") == 1)
        shelf.close()
    }

    @Test func aRefusedChangeLeavesNothing() throws {
        let path = try Self.path()
        defer { FileAccess.remove(PathName.folder(of: path)) }
        let shelf = try RecordShelf(path, tables: ["CREATE TABLE t(n INTEGER)"])
        #expect(throws: ServiceProblem("No", "no")) {
            try shelf.change { desk in
                desk.records["kind", "a"] = 1
                try desk.database.run("INSERT INTO t VALUES(1)")
                throw ServiceProblem("No", "no")
            }
        }
        #expect(shelf.records.count("kind") == 0)
        #expect(try shelf.read { database throws(Fault) in try database.number("SELECT count(*) FROM t") } == 0)
        shelf.close()
    }

    /// Many at once share commits, and none is undone by its neighbour's refusal.
    @Test func neighboursDoNotUndoEachOther() async throws {
        let path = try Self.path()
        defer { FileAccess.remove(PathName.folder(of: path)) }
        let shelf = try RecordShelf(path)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    await withCheckedContinuation { done in
                        shelf.submit({ desk in
                            desk.records["kind", "\(number)"] = .whole(number)
                            if number % 3 == 0 { throw ServiceProblem("No", "no") }
                        }) { _ in done.resume() }
                    }
                }
            }
        }
        shelf.close()
        let again = try RecordShelf(path)
        #expect(again.records.count("kind") == (0..<200).count { $0 % 3 != 0 })
        again.close()
    }

    @Test func aClosedShelfSaysSo() throws {
        let path = try Self.path()
        defer { FileAccess.remove(PathName.folder(of: path)) }
        let shelf = try RecordShelf(path)
        shelf.close()
        #expect { try shelf.change { _ in } } throws: { ($0 as? ServiceProblem)?.status == 503 }
    }

    @Test func keysByPrefix() {
        var records = Records()
        for key in ["b", "a/2", "a/1", "ab"] { records["kind", key] = .null }
        #expect(
            records.keys("kind", prefix: "a/") == ["a/1", "a/2"] && records.keys("kind") == ["a/1", "a/2", "ab", "b"])
    }
}
