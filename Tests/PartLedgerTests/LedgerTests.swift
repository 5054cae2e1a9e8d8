import Core
import Crypto
import Files
import PartLedger
import Testing

@Suite struct LedgerTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    @Test func isWholeAndGoesOnAfterARestart() throws {
        try bench.fill(parts: 300)
        try bench.fill(parts: 2)
        let tally = try #require(try bench.verify().tally)
        #expect(tally.entries == 604 && tally.last == 604 && tally.lost == 0)
        #expect(try LedgerReader(bench.folder).head()?.hash == "\(tally.head)")
    }

    @Test func isWholeWhenItIsEmpty() throws {
        try LedgerWriter(bench.folder).close()
        #expect(try bench.verify().tally?.entries == 0)
        #expect(try LedgerReader(bench.folder).head() == nil)
    }

    /// The chain as the documentation has it, step by step.
    @Test func theHashIsWhatAnybodyCanCompute() throws {
        try bench.fill(parts: 3)
        var previous = SHA256Digest.zero
        for row in try LedgerReader(bench.folder).last(100).reversed() {
            previous = SHA256.digest(of: previous.bytes + [UInt8(row.rawKind)] + row.body)
            #expect(row.hash == previous.bytes)
        }
    }

    @Test func hasOneWriter() throws {
        let ledger = try LedgerWriter(bench.folder)
        #expect(throws: Fault.self) { try LedgerWriter(bench.folder) }
        ledger.close()
        try LedgerWriter(bench.folder).close()
    }

    @Test func isReadWhileItIsWritten() throws {
        let ledger = try LedgerWriter(bench.folder)
        let n = ledger.append(.part(PartRecord(42)))
        #expect(ledger.flush(within: 10 * Span64.second))
        let reader = try LedgerReader(bench.folder)
        #expect(try reader.entries(part: 42).map(\.n) == [n])
        for part in 1...1_000 as ClosedRange<UInt32> { _ = ledger.append(.part(PartRecord(part))) }
        #expect(ledger.flush(within: 10 * Span64.second))
        #expect(try reader.verify().tally?.entries == 1_001)
        #expect(ledger.state.entries == 1_001 && ledger.state.waiting == 0 && ledger.state.alarm == nil)
        ledger.close()
    }

    @Test func threadsGetNumbersOfTheirOwn() throws {
        let ledger = try LedgerWriter(bench.folder)
        let flags = (0..<4).map { _ in Flagpole() }
        for flag in flags {
            Lane.start("append") {
                for part in 1...500 as ClosedRange<UInt32> { _ = ledger.append(.part(PartRecord(part))) }
                flag.raise()
            }
        }
        for flag in flags { flag.wait() }
        ledger.close()
        #expect(try bench.verify().tally?.entries == 2_000)
        #expect(try LedgerReader(bench.folder).entries(part: 250).count == 4)
    }

    @Test func tracesAPartWithWhatWasSaidAboutIt() throws {
        let ledger = try LedgerWriter(bench.folder)
        let first = ledger.append(.part(PartRecord(5)))
        let second = ledger.append(.part(PartRecord(5, .reject)))
        _ = ledger.append(.acknowledgement(AcknowledgementRecord(entry: second, part: 5, sequence: 1, microseconds: 2)))
        var hand = OperatorRecord(.override, station: "s", person: "a")
        (hand.entry, hand.part, hand.verdict) = (first, 5, .reject)
        _ = ledger.append(.operator(hand))
        ledger.close()
        let reader = try LedgerReader(bench.folder)
        let traces = try reader.traces(part: 5, all: true)
        #expect(traces.map(\.judgement.row.n) == [second, first])
        #expect(traces.map { $0.acknowledgement != nil } == [true, false])
        #expect(traces.map(\.operations.count) == [0, 1])
        #expect(try reader.traces(part: 5, all: false) == Array(traces.prefix(1)))
        #expect(try reader.lastTraces(10) == traces)
        #expect(try reader.traces(part: 6, all: true).isEmpty)
    }
}

/// Whatever is changed, the first entry that is not as it was written is named.
@Suite struct TamperingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let sql: String
        let broken: UInt64
        let flaw: LedgerFlaw
        var testDescription: String { sql }
    }

    private static let unhex = "CAST(replace(CAST(body AS TEXT), '\"s\"', '\"t\"') AS BLOB)"

    @Test(arguments: [
        Case(sql: "UPDATE entries SET body = \(unhex) WHERE n = 5", broken: 5, flaw: .hash),
        Case(sql: "UPDATE entries SET hash = zeroblob(32) WHERE n = 6", broken: 6, flaw: .hash),
        Case(sql: "UPDATE entries SET hash = x'00' WHERE n = 6", broken: 6, flaw: .hash),
        Case(sql: "UPDATE entries SET kind = 4 WHERE n = 7", broken: 7, flaw: .hash),
        Case(sql: "UPDATE entries SET kind = 9 WHERE n = 7", broken: 7, flaw: .kind),
        Case(sql: "UPDATE entries SET part = 1 WHERE n = 7", broken: 7, flaw: .column("part")),
        Case(sql: "UPDATE entries SET part = NULL WHERE n = 7", broken: 7, flaw: .column("part")),
        Case(sql: "UPDATE entries SET wall_ns = 1 WHERE n = 8", broken: 8, flaw: .column("wall_ns")),
        Case(sql: "DELETE FROM entries WHERE n = 1", broken: 1, flaw: .missing),
        Case(sql: "DELETE FROM entries WHERE n = 9", broken: 9, flaw: .missing),
        Case(sql: "DELETE FROM entries WHERE n BETWEEN 3 AND 15", broken: 3, flaw: .missing),
        Case(sql: "UPDATE entries SET n = 1000 WHERE n = 4", broken: 4, flaw: .missing),
        Case(
            sql: "INSERT INTO entries SELECT 0, kind, part, wall_ns, body, hash FROM entries WHERE n = 1", broken: 0,
            flaw: .column("n")),
        Case(
            sql: "INSERT INTO entries SELECT 41, kind, part, wall_ns, body, hash FROM entries WHERE n = 40", broken: 41,
            flaw: .hash),
        Case(sql: "UPDATE entries SET body = x'' WHERE n = 40", broken: 40, flaw: .hash),
    ])
    func isFound(_ testCase: Case) throws {
        let bench = try Bench()
        try bench.fill(parts: 20)
        try bench.tamper(testCase.sql)
        let verdict = try bench.verify()
        #expect(verdict.broken == testCase.broken)
        #expect(verdict.flaw == testCase.flaw)
    }

    /// Only a hash that was noted elsewhere shows that the end was cut off.
    @Test func aCutShowsAtTheNotedHead() throws {
        let bench = try Bench()
        try bench.fill(parts: 20)
        let head = try #require(try bench.verify().tally?.head)
        try bench.fill(parts: 1)
        #expect(try LedgerReader(bench.folder).verify(anchor: head).tally?.anchor == 40)
        try bench.tamper("DELETE FROM entries WHERE n > 30")
        let tally = try #require(try LedgerReader(bench.folder).verify(anchor: head).tally)
        #expect(tally.entries == 30 && tally.anchor == nil)
    }

    /// Every byte of the file, one after the other, would take long: a spread of them, each changed and changed back.
    @Test func aChangedByteOfTheFileNeverPassesAsAnotherEntry() throws {
        let bench = try Bench()
        try bench.fill(parts: 60)
        try bench.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        let whole = try FileAccess.read(bench.folder.ledger)
        let rows = try LedgerReader(bench.folder).last(.max)
        var found = 0
        for place in stride(from: 100, to: whole.count, by: 211) {
            var changed = whole
            changed[place] ^= 1
            try FileAccess.write(changed, to: bench.folder.ledger)
            // Opening may be refused already, and a byte of free space belongs to nobody.
            guard let reader = try? LedgerReader(bench.folder), let verdict = try? reader.verify() else {
                found += 1
                continue
            }
            if verdict.tally == nil { found += 1 } else { #expect(try reader.last(.max) == rows) }
        }
        #expect(found > whole.count / 211 / 2)
    }
}
