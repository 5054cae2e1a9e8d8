import Core
import Files
import Glibc
import PartLedger
import Process
import Testing

/// A process that writes as fast as it can, and is killed: whatever it knew to be on the disk is there afterwards.
@Suite(.serialized) struct KilledTests {
    private static let variable = "LINESIDE_TEST_WRITES"
    private static var child: String? { getenv(variable).map { String(cString: $0) } }

    /// The child's part: it runs only in the process that `losesNothingThatWasCommitted` starts, and never returns.
    @Test(.enabled(if: KilledTests.child != nil)) func writesUntilKilled() throws {
        let folder = StateFolder(try #require(Self.child))
        let ledger = try LedgerWriter(folder)
        while true {
            for part in 1...40 as ClosedRange<UInt32> { _ = ledger.append(.part(PartRecord(part))) }
            _ = ledger.flush(within: Span64.second)
            try FileAccess.write(Array("\(ledger.state.entries)".utf8), to: folder.path + "/committed")
        }
    }

    @Test(.enabled(if: KilledTests.child == nil)) func losesNothingThatWasCommitted() throws {
        let bench = try Bench()
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(nowhere) }
        var before: UInt64 = 0
        for round in 1...6 as ClosedRange<UInt64> {
            let child = try ChildProcess.spawn(
                [
                    try ProcessFacts.executablePath(), "--testing-library", "swift-testing", "--filter",
                    "KilledTests/writesUntilKilled",
                ], keeping: [], settings: [Self.variable: bench.folder.path], output: nowhere)
            let deadline = Instant.now.advanced(by: 20 * Span64.second)
            while Self.committed(bench) < before + round * 37, Instant.now < deadline {
                Pause.nanoseconds(round * 777_777)
            }
            child.killNow()
            #expect(child.wait() == "signal \(SIGKILL)")
            let known = Self.committed(bench)
            #expect(known > before, "the child wrote nothing")
            let tally = try #require(try bench.verify().tally)
            #expect(tally.last >= known && tally.lost == 0)
            before = tally.last
        }
        try bench.fill(parts: 1)
        #expect(try bench.verify().tally?.last == before + 2)
    }

    private static func committed(_ bench: Bench) -> UInt64 {
        let bytes = (try? FileAccess.read(bench.folder.path + "/committed")) ?? []
        return UInt64(String(decoding: bytes, as: UTF8.self)) ?? 0
    }
}
