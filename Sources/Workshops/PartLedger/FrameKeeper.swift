package import Core
internal import Database
internal import Files
internal import Synchronization

/// Keeps frames as files beside the ledger: all that were rejected or shall be looked at, and a sample of those that
/// passed.
///
///     let space = keeper.space(for: verdict, bytes: frame.count)
///     record.frameFormat = space == nil ? nil : .jpg
///     let n = ledger.append(.part(record))
///     if let space, let name = record.frameName(entry: n) { keeper.keep(frame, name, in: space) }
///
/// Frames are worth less than records: when there is no room in memory they are dropped and counted, when there is none
/// on the disk the oldest make room, and when the ledger asks they go.
///
/// Concurrency: everything may be called from any thread and waits for no file, except `makeRoom`, which deletes some.
/// The thread of our own writes; the desk (what waits) and the shelf (what is on disk) each have their lock, never held
/// together.
package final class FrameKeeper: Sendable {
    private struct Waiting {
        let name: FrameName
        let bytes: [UInt8]
    }

    private struct Desk {
        var waiting: [Waiting] = []
        var reservedBytes = 0
        var passes = 0
        var state = FrameState()
        var isClosing = false
    }

    private let folder: StateFolder
    private let settings: FrameSettings
    private let desk = Mutex(Desk())
    private let shelf = Mutex(FrameShelf())
    private let bell = Doorbell()
    private let rests = Doorbell()
    private let ended = Flagpole()

    package init(_ folder: StateFolder, settings: FrameSettings = FrameSettings()) throws(Fault) {
        try folder.make()
        self.folder = folder
        self.settings = settings
        let frames = try FrameFile.scan(folder.frames)
        shelf.withLock { $0 = FrameShelf(frames) }
        Lane.start("frames") { self.run() }
    }

    /// Room for a frame of a part with this verdict; nil when such a frame is not kept, or there is no room in memory.
    package func space(for verdict: Verdict, bytes: Int) -> FrameSpace? {
        let isGiven = desk.withLock { desk in
            if verdict == .pass {
                desk.passes += 1
                guard settings.passSample > 0, desk.passes % settings.passSample == 0 else { return false }
            }
            guard desk.reservedBytes + bytes <= settings.waitingBytesMax else {
                desk.state.dropped += 1
                return false
            }
            desk.reservedBytes += bytes
            return true
        }
        guard isGiven else { return nil }
        return FrameSpace(self, bytes: bytes)
    }

    /// Takes the frame; it is written by and by.
    package func keep(_ frame: [UInt8], _ name: FrameName, in space: consuming FrameSpace) {
        desk.withLock { desk in
            desk.waiting.append(Waiting(name: name, bytes: frame))
            // The space gives its room back when it ends, below; the frame needs its own until it is written.
            desk.reservedBytes += frame.count
            desk.state.waiting += 1
            desk.state.waitingBytes += frame.count
        }
        bell.ring()
    }

    func giveBack(_ bytes: Int) { desk.withLock { $0.reservedBytes -= bytes } }

    package var state: FrameState {
        var state = desk.withLock { $0.state }
        (state.frames, state.bytes) = shelf.withLock { ($0.count, $0.bytes) }
        return state
    }

    /// Gives at least so many bytes back to the disk, as far as there are frames, and says how many it was.
    package func makeRoom(_ bytes: Int) -> Int {
        var freed = 0
        while freed < bytes, let frame = shelf.withLock({ $0.takeLeast() }) {
            FrameFile.remove(frame.name, in: folder.frames)
            freed += frame.bytes
            desk.withLock { $0.state.evicted += 1 }
        }
        return freed
    }

    /// Waits until nothing waits, at most `span` nanoseconds, and says whether it came to that.
    package func flush(within span: UInt64) -> Bool {
        let end = Instant.now.advanced(by: span)
        while true {
            let seen = rests.rings
            if desk.withLock({ $0.state.waiting == 0 }) { return true }
            if Instant.now >= end { return false }
            rests.wait(since: seen, until: end)
        }
    }

    /// Writes what waits and ends the thread. Called once.
    package func close() {
        desk.withLock { $0.isClosing = true }
        bell.ring()
        ended.wait()
    }

    // The keeper's thread.

    private func run() {
        while true {
            let seen = bell.rings
            let (batch, isClosing) = desk.withLock { desk in
                defer { desk.waiting = [] }
                return (desk.waiting, desk.isClosing)
            }
            for frame in batch { store(frame) }
            guard batch.isEmpty else { continue }
            if isClosing { return ended.raise() }
            bell.wait(since: seen, until: .distantFuture)
        }
    }

    private func store(_ frame: Waiting) {
        let outcome = Result { () throws(Fault) in try write(frame) }
        let news = desk.withLock { desk -> String? in
            desk.reservedBytes -= frame.bytes.count
            desk.state.waiting -= 1
            desk.state.waitingBytes -= frame.bytes.count
            let before = desk.state.alarm
            switch outcome {
            case .success:
                desk.state.written += 1
                desk.state.alarm = nil
            case .failure(let fault):
                desk.state.dropped += 1
                desk.state.alarm = "\(fault)"
            }
            return before == nil ? desk.state.alarm : nil
        }
        if let news { Log.line("frames: dropped, for \(news)") }
        rests.ring()
    }

    private func write(_ frame: Waiting) throws(Fault) {
        try clear(for: frame.bytes.count)
        do throws(Fault) { try FrameFile.write(frame.bytes, frame.name, in: folder.frames) } catch {
            guard error.code == .diskFull, makeRoom(frame.bytes.count) > 0 else { throw error }
            try FrameFile.write(frame.bytes, frame.name, in: folder.frames)
        }
        shelf.withLock { $0.add(FrameShelf.Frame(name: frame.name, bytes: frame.bytes.count)) }
    }

    /// Makes room under the cap, and on the disk.
    private func clear(for bytes: Int) throws(Fault) {
        guard bytes <= settings.bytesMax else {
            throw Fault(.exhausted, "a frame of \(ByteSize(bytes)) is more than all of them may take")
        }
        let leaving = shelf.withLock { $0.evict(toFit: bytes, under: settings.bytesMax) }
        for frame in leaving { FrameFile.remove(frame.name, in: folder.frames) }
        desk.withLock { $0.state.evicted += UInt64(leaving.count) }
        while folder.freeBytes < settings.freeBytesMin + bytes {
            guard makeRoom(1) > 0 else {
                throw Fault(
                    .diskFull, "the disk of \(folder.path) has less than \(ByteSize(settings.freeBytesMin)) free",
                    hint: "make room there, or allow less with the frames' free-space setting")
            }
        }
    }
}
