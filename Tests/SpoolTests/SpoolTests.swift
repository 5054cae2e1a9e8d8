import Core
import Files
import Spool
import Synchronization
import Testing

/// The spool with its lanes, on a real disk.
@Suite struct SpoolTests {
    private static func folder() -> String { "/tmp/spool-\(UInt64.random(in: 0 ... .max))" }

    private static func event(_ rank: SpoolRank, _ number: Int) throws -> SpoolEvent {
        try SpoolEvent(
            source: "test", detailType: "Part", detail: DatumMap([("number", .whole(number))]), rank: rank, wall: 5)
    }

    @Test func whatIsPostedIsOnTheDiskAndStaysThere() throws {
        let folder = Self.folder()
        defer { FileAccess.removeSpool(folder) }
        let spool = try Spool(folder)
        for number in 0..<500 { spool.post(try Self.event(.telemetry, number)) }
        #expect(spool.flush(within: 10 * Span64.second))
        #expect(try spool.state.events == 500 && spool.state.waiting == 0)
        spool.close()
        let again = try Spool(folder)
        #expect(try again.state.events == 500)
        again.close()
    }

    @Test func closingWritesWhatWaits() throws {
        let folder = Self.folder()
        defer { FileAccess.removeSpool(folder) }
        let spool = try Spool(folder)
        for number in 0..<100 { spool.post(try Self.event(.alarm, number)) }
        spool.close()
        #expect(try SpoolReader(folder).state().events == 100)
    }

    @Test func aFullQueueDropsInTheDeclaredOrderAndSaysSo() throws {
        let folder = Self.folder()
        defer { FileAccess.removeSpool(folder) }
        var settings = SpoolSettings()
        settings.waitingEventsMax = 10
        settings.commitDelay = 3600 * Span64.second
        settings.committedEventsMax = 1000
        let spool = try Spool(folder, settings: settings)
        let told = Told()
        for number in 0..<10 {
            spool.post(try Self.event(number < 5 ? .finding : .alarm, number)) { told.note(number, $0) }
        }
        for number in 10..<13 { spool.post(try Self.event(.telemetry, number)) { told.note(number, $0) } }
        for number in 13..<16 { spool.post(try Self.event(.alarm, number)) { told.note(number, $0) } }
        #expect(told.refused == [0, 1, 2, 10, 11, 12])
        spool.close()
        #expect(told.kept == [3, 4, 5, 6, 7, 8, 9, 13, 14, 15])
        let state = try SpoolReader(folder).state()
        #expect(state.dropped.shares[.telemetry]?.events == 3 && state.dropped.shares[.finding]?.events == 3)
    }
}

/// Who was told what.
final class Told: Sendable {
    private let answers = Mutex<[Int: Bool]>([:])
    func note(_ number: Int, _ isKept: Bool) { answers.withLock { $0[number] = isKept } }
    var kept: [Int] { answers.withLock { $0.filter(\.value).keys.sorted() } }
    var refused: [Int] { answers.withLock { $0.filter { !$0.value }.keys.sorted() } }
}
