import Core
import Files
import Glibc
import PartLedger
import Testing

/// A disk of a few MiB of our own, where the machine lets us have one.
private final class SmallDisk {
    let folder: String

    init?(mebibytes: Int) {
        guard let folder = try? FileAccess.temporaryFolder("lineside-disk") else { return nil }
        self.folder = folder
        guard mount("tmpfs", folder, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            FileAccess.remove(folder)
            return nil
        }
    }

    deinit {
        umount2(folder, Int32(MNT_DETACH))
        FileAccess.remove(folder)
    }

    static var isThere: Bool { SmallDisk(mebibytes: 1) != nil }
}

@Suite struct FullDiskTests {
    private static func within(_ seconds: UInt64, _ holds: () -> Bool) -> Bool {
        let end = Instant.now.advanced(by: seconds * Span64.second)
        while Instant.now < end {
            if holds() { return true }
            Pause.nanoseconds(Span64.millisecond)
        }
        return holds()
    }

    private static var frames: FrameSettings {
        var settings = FrameSettings()
        settings.freeBytesMin = 0
        return settings
    }

    private static var impatient: LedgerSettings {
        var settings = LedgerSettings()
        settings.entriesWaitingMax = 100
        settings.retryDelay = 5 * Span64.millisecond
        return settings
    }

    @Test(.enabled(if: SmallDisk.isThere)) func framesGoBeforeRecords() throws {
        let disk = try #require(SmallDisk(mebibytes: 16))
        let state = StateFolder(disk.folder)
        let keeper = try FrameKeeper(state, settings: Self.frames)
        let ledger = try LedgerWriter(state, makeRoom: { keeper.makeRoom($0) })
        let frame = [UInt8](repeating: 7, count: 1 << 20)
        for n in 1...20 as ClosedRange<UInt64> {
            guard let space = keeper.space(for: .reject, bytes: frame.count) else { continue }
            keeper.keep(frame, FrameName(entry: n, part: 1, verdict: .reject, format: .bmp), in: space)
        }
        #expect(keeper.flush(within: 20 * Span64.second))
        let before = keeper.state
        #expect(before.frames > 10 && before.evicted > 0)
        for part in 1...10_000 as ClosedRange<UInt32> {
            _ = ledger.append(.part(PartRecord(part)))
            if part % 1_000 == 0 { _ = ledger.flush(within: 20 * Span64.second) }
        }
        #expect(ledger.flush(within: 20 * Span64.second))
        #expect(keeper.state.frames < before.frames)
        #expect(ledger.state.lost == 0)
        ledger.close()
        keeper.close()
        #expect(try LedgerReader(state).verify().tally?.entries == 10_000)
    }

    /// Nothing left to give up: entries wait, then the oldest are dropped, and the ledger says so itself.
    @Test(.enabled(if: SmallDisk.isThere)) func aGapIsNeverSilent() throws {
        let disk = try #require(SmallDisk(mebibytes: 2))
        let state = StateFolder(disk.folder)
        let ledger = try LedgerWriter(state, settings: Self.impatient)
        var part: UInt32 = 0
        func append(_ count: Int) {
            for _ in 0..<count {
                part += 1
                _ = ledger.append(.part(PartRecord(part)))
            }
        }
        append(50)
        #expect(ledger.flush(within: 20 * Span64.second))
        let ballast = state.path + "/ballast"
        try Self.fillUp(ballast)
        #expect(
            Self.within(20) {
                append(1)
                return ledger.state.alarm != nil
            })
        append(500)
        #expect(ledger.state.waiting <= 100 && ledger.state.lost >= 350)
        FileAccess.remove(ballast)
        #expect(ledger.flush(within: 20 * Span64.second))
        #expect(ledger.state.alarm == nil)
        ledger.close()
        let tally = try #require(try LedgerReader(state).verify().tally)
        #expect(tally.lost == ledger.state.lost)
        #expect(tally.last == UInt64(part))
        let gaps = try LedgerReader(state).last(.max, .event)
        #expect(!gaps.isEmpty && gaps.allSatisfy { $0.text.contains(#""event":"gap""#) })
    }

    @Test(.enabled(if: SmallDisk.isThere)) func aFullDiskAtTheStartTakesFramesToo() throws {
        let disk = try #require(SmallDisk(mebibytes: 4))
        let state = StateFolder(disk.folder)
        try state.make()
        try FileAccess.write(
            [UInt8](repeating: 1, count: 1 << 20), to: state.frames + "/1-1-REJECT.bmp")
        try Self.fillUp(state.path + "/ballast")
        #expect(throws: Fault.self) { try LedgerWriter(state) }
        let keeper = try FrameKeeper(state, settings: Self.frames)
        let ledger = try LedgerWriter(state, makeRoom: { keeper.makeRoom($0) })
        _ = ledger.append(.event(EventRecord(.start, "up")))
        #expect(ledger.flush(within: 20 * Span64.second))
        #expect(keeper.state.frames == 0 && keeper.state.evicted == 1)
        ledger.close()
        keeper.close()
    }

    /// Writes until the disk has not a page left.
    private static func fillUp(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        let page = [UInt8](repeating: 0, count: 4_096)
        while write(file, page, page.count) > 0 {}
    }
}
