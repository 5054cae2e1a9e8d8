import Core
import Files
import Testing

@testable import PartLedger

@Suite struct FrameShelfTests {
    private static func frame(_ text: String) throws -> FrameShelf.Frame {
        FrameShelf.Frame(name: try #require(FrameName(parsing: text)), bytes: 10)
    }

    @Test func thePassedGoFirstAndTheOldestOfThem() throws {
        var shelf = FrameShelf(
            try ["9-1-PASS.jpg", "2-1-REJECT.jpg", "10-1-PASS.jpg", "1-1-REVIEW.jpg"].map(Self.frame))
        #expect(shelf.count == 4 && shelf.bytes == 40)
        #expect(shelf.evict(toFit: 10, under: 40).map(\.name.entry) == [9])
        #expect(shelf.evict(toFit: 30, under: 40).map(\.name.entry) == [10, 1])
        #expect(shelf.evict(toFit: 100, under: 40).map(\.name.entry) == [2])
        #expect(shelf.count == 0 && shelf.bytes == 0)
    }
}

@Suite struct FrameKeeperTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private func settings(_ change: (inout FrameSettings) -> Void) -> FrameSettings {
        var settings = FrameSettings()
        settings.freeBytesMin = 0
        change(&settings)
        return settings
    }

    private func keep(_ keeper: FrameKeeper, _ numbers: ClosedRange<UInt64>, _ verdict: Verdict, bytes: Int = 100) {
        for n in numbers {
            let space = keeper.space(for: verdict, bytes: bytes)
            guard let space else { continue }
            let name = FrameName(entry: n, part: UInt32(n), verdict: verdict, format: .jpg)
            keeper.keep([UInt8](repeating: UInt8(truncatingIfNeeded: n), count: bytes), name, in: space)
        }
    }

    private var files: [String] { (try? FileAccess.names(in: bench.folder.frames, hidden: true)) ?? [] }

    @Test func keepsWhatIsBadAndASampleOfTheGood() throws {
        let keeper = try FrameKeeper(bench.folder, settings: settings { $0.passSample = 10 })
        keep(keeper, 1...5, .reject)
        keep(keeper, 6...7, .review)
        keep(keeper, 8...47, .pass)
        keeper.close()
        #expect(files.filter { $0.hasSuffix("REJECT.jpg") }.count == 5)
        #expect(files.filter { $0.hasSuffix("REVIEW.jpg") }.count == 2)
        #expect(files.filter { $0.hasSuffix("PASS.jpg") }.count == 4)
        #expect(try FileAccess.read(bench.folder.frames + "/3-3-REJECT.jpg") == [UInt8](repeating: 3, count: 100))
        #expect(keeper.state.written == 11 && keeper.state.bytes == 1_100 && keeper.state.waitingBytes == 0)
    }

    @Test func staysUnderItsCapAndAcrossARestart() throws {
        let first = try FrameKeeper(bench.folder, settings: settings { ($0.passSample, $0.bytesMax) = (1, 1_000) })
        keep(first, 1...4, .pass)
        keep(first, 5...9, .reject)
        first.close()
        try FileAccess.write([1], to: bench.folder.frames + "/.new-77-1-PASS.jpg")
        try FileAccess.write([1], to: bench.folder.frames + "/note.txt")
        let second = try FrameKeeper(bench.folder, settings: settings { ($0.passSample, $0.bytesMax) = (1, 1_000) })
        #expect(second.state.frames == 9 && second.state.bytes == 900)
        keep(second, 10...16, .reject)
        second.close()
        #expect(
            files == [
                "10-10-REJECT.jpg", "11-11-REJECT.jpg", "12-12-REJECT.jpg", "13-13-REJECT.jpg", "14-14-REJECT.jpg",
                "15-15-REJECT.jpg", "16-16-REJECT.jpg", "7-7-REJECT.jpg", "8-8-REJECT.jpg", "9-9-REJECT.jpg",
                "note.txt",
            ])
        #expect(second.state.evicted == 6)
    }

    @Test func dropsAndCountsWhenMemoryIsFull() throws {
        let keeper = try FrameKeeper(bench.folder, settings: settings { $0.waitingBytesMax = 1_000 })
        #expect(isGiven(900, keeper) && isGiven(1_000, keeper), "room that was not used is given back")
        let held = keeper.space(for: .reject, bytes: 900)
        #expect(!isGiven(101, keeper) && isGiven(100, keeper))
        #expect(keeper.state.dropped == 1)
        if let held { keeper.keep([1, 2], FrameName(entry: 1, part: 1, verdict: .reject, format: .png), in: held) }
        #expect(keeper.flush(within: 10 * Span64.second))
        #expect(isGiven(1_000, keeper))
        keeper.close()
        #expect(files == ["1-1-REJECT.png"])
    }

    private func isGiven(_ bytes: Int, _ keeper: FrameKeeper) -> Bool {
        switch keeper.space(for: .reject, bytes: bytes) {
        case .some: true
        case .none: false
        }
    }

    @Test func aDiskWithTooLittleFreeTakesNone() throws {
        let keeper = try FrameKeeper(bench.folder, settings: settings { $0.freeBytesMin = 1 << 50 })
        keep(keeper, 1...3, .reject)
        keeper.close()
        #expect(keeper.state.dropped == 3 && keeper.state.frames == 0)
        #expect(keeper.state.alarm?.contains("free") == true)
    }
}
