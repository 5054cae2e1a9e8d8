import Core
import Crypto
import Testing

@testable import PartLedger

@Suite struct LedgerEntryTests {
    private static func row(_ entry: LedgerEntry, n: UInt64 = 5, wall: Int64 = 1_700_000_000_123_456_789) throws
        -> LedgerRow
    {
        let bench = try Bench()
        let ledger = try LedgerWriter(bench.folder)
        let given = ledger.append(entry, wall: wall)
        ledger.close()
        return try #require(try LedgerReader(bench.folder).entry(given))
    }

    private static var full: PartRecord {
        var record = PartRecord(station: "pre\"ss\n3", part: .max, sequence: .max, verdict: .review, reason: "DEFECT")
        for (place, (_, path)) in StageTimes.names.enumerated() { record.stages[keyPath: path] = UInt64(place + 1) }
        record.frameDigest = SHA256.digest(of: [1])
        record.frameFormat = .png
        record.release = SHA256.digest(of: [2])
        record.model = "surface"
        record.modelVersion = "7"
        record.environment = 1
        record.scores = [0.1, 1, -0.0, 3.4028235e38, .leastNonzeroMagnitude, 0.33333334]
        record.threshold = 0.1
        return record
    }

    private static var hand: OperatorRecord {
        var record = OperatorRecord(.override, station: "s", person: "Ånna")
        record.entry = 3
        record.part = 9
        record.verdict = .pass
        record.comment = "dust"
        return record
    }

    @Test(
        arguments: [
            .part(full), .part(PartRecord(7)), .operator(hand),
            .operator(OperatorRecord(.bypassOn, station: "s", person: "b")),
            .acknowledgement(AcknowledgementRecord(entry: 1, part: 2, sequence: 3, microseconds: .max)),
            .event(EventRecord(.release, station: "s", "from a to b", facts: [.init("to", "b"), .init("count", -3)])),
            .event(EventRecord(.start, "up")),
        ] as [LedgerEntry])
    func readsBackTheSame(_ entry: LedgerEntry) throws {
        let row = try Self.row(entry)
        #expect(try LedgerEntry(row) == entry)
        #expect(row.kind == entry.kind)
        #expect(row.part == entry.part)
        #expect(row.wall == 1_700_000_000_123_456_789)
    }

    /// A threshold is compared bit by bit when somebody judges again.
    @Test func scoresKeepTheirBits() throws {
        var record = PartRecord(1)
        record.scores = (0..<2_000).map { Float(bitPattern: 0x3f80_0000 &- $0 &* 8_191) }
        // The one float whose shortest text is rounded wrongly by way of a double, between its neighbours.
        record.scores += (-1...1).flatMap {
            [Float(bitPattern: UInt32(0x15ae_43fd + $0)), -Float(bitPattern: 0x15ae_43fd)]
        }
        guard case .part(let read) = try LedgerEntry(try Self.row(.part(record))) else { return }
        #expect(read.scores.map(\.bitPattern) == record.scores.map(\.bitPattern))
    }

    @Test func aScoreThatIsNoNumberIsWrittenAndRead() throws {
        var record = PartRecord(1)
        record.scores = [.nan, .infinity]
        guard case .part(let read) = try LedgerEntry(try Self.row(.part(record))) else { return }
        #expect(read.scores.count == 2 && read.scores[0].isNaN && read.scores[1] == .infinity)
    }

    @Test(arguments: ["", "{", "[]", "{}", #"{"station":"s"}"#, #"{"station":"s","part":-1}"#])
    func refuses(_ body: String) throws {
        let bench = try Bench()
        try bench.fill(parts: 1)
        try bench.tamper("UPDATE entries SET body = CAST('\(body)' AS BLOB) WHERE n = 1")
        let row = try #require(try LedgerReader(bench.folder).entry(1))
        #expect(throws: Fault.self) { try LedgerEntry(row) }
    }
}

@Suite struct FrameNameTests {
    @Test(arguments: ["1-2-PASS.jpg", "18446744073709551615-4294967295-REVIEW.png", "7-0-REJECT.bmp"])
    func readsBackTheSame(_ text: String) throws { #expect(try #require(FrameName(parsing: text)).description == text) }

    @Test(arguments: [
        "", "1-2-PASS", "1-2-PASS.gif", "1-2-pass.jpg", "+1-2-PASS.jpg", "01-2-PASS.jpg", "1-2-3-PASS.jpg", "a.txt",
    ])
    func leavesOthersAlone(_ text: String) { #expect(FrameName(parsing: text) == nil) }
}
