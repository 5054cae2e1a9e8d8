package import Core
internal import Crypto
internal import Database
internal import Synchronization

/// Writes down what happens at a station, in order, without ever making it wait.
///
/// An entry gets its number at once and waits in a bounded queue. One thread takes what waits, at most 256 entries or
/// 50 ms of them, and commits it. When the disk refuses, entries go on waiting and the attempt is repeated; when the
/// disk is full, frames are given up first. Only when the queue is full as well are the oldest entries dropped: they
/// are counted, and one event takes their numbers and says so.
///
/// Concurrency: `append` and the rest may be called from any thread; they hold the queue's lock for as long as it takes
/// to move a few words. The file belongs to the writer's thread, which alone takes the store's lock.
package final class LedgerWriter: Sendable {
    private let folder: StateFolder
    private let settings: LedgerSettings
    private let queue: Mutex<LedgerQueue>
    private let written: Mutex<LedgerState>
    /// Gone when the writer has ended, and the file's lock with it.
    private let store: Mutex<LedgerStore?>
    private let bell = Doorbell()
    private let commits = Doorbell()
    private let ended = Flagpole()
    /// Gives up to so many bytes of frames back to the disk, and says how many it was.
    private let makeRoom: @Sendable (_ bytes: Int) -> Int
    private static let roomBytes = 4 << 20

    /// Opens the ledger of a folder, or begins it. When the disk is full, frames make room for it.
    package init(
        _ folder: StateFolder, settings: LedgerSettings = LedgerSettings(),
        makeRoom: @escaping @Sendable (_ bytes: Int) -> Int = { _ in 0 }
    ) throws(Fault) {
        self.folder = folder
        self.settings = settings
        self.makeRoom = makeRoom
        let store: LedgerStore
        do throws(Fault) { store = try LedgerStore(folder, settings.durability) } catch {
            guard error.code == .diskFull, makeRoom(Self.roomBytes) > 0 else { throw error }
            store = try LedgerStore(folder, settings.durability)
        }
        queue = Mutex(LedgerQueue(settings, next: store.last + 1))
        written = Mutex(LedgerState(entries: store.last, head: store.head))
        self.store = Mutex(store)
        Lane.start("ledger") { self.run() }
    }

    /// Takes an entry and says which number it has. Never waits for the disk.
    package func append(_ entry: LedgerEntry, wall: Int64 = WallClock.nanoseconds) -> UInt64 {
        let now = Instant.now
        let (n, wakes) = queue.withLock { $0.append(entry, wall: wall, now: now) }
        if wakes { bell.ring() }
        return n
    }

    package var state: LedgerState {
        var state = written.withLock { $0 }
        (state.waiting, state.lost) = queue.withLock { ($0.waiting, $0.lost) }
        return state
    }

    /// Has everything that waits written now, and says whether it was within `span` nanoseconds.
    package func flush(within span: UInt64) -> Bool {
        let end = Instant.now.advanced(by: span)
        let last = queue.withLock { queue in
            queue.hurry()
            return queue.next - 1
        }
        bell.ring()
        while true {
            let seen = commits.rings
            if written.withLock({ $0.entries }) >= last { return true }
            if Instant.now >= end { return false }
            commits.wait(since: seen, until: end)
        }
    }

    /// Writes what waits, if the disk lets it, and ends the thread. Called once; nothing is appended after it.
    package func close() {
        queue.withLock { $0.close() }
        bell.ring()
        ended.wait()
        let state = state
        if state.waiting > 0 { Log.line("ledger: \(state.waiting) entries could not be written before the end") }
    }

    // The writer's thread.

    private func run() {
        while true {
            let seen = bell.rings
            switch queue.withLock({ $0.turn(now: Instant.now) }) {
            case .write: write()
            case .sleep(let end): bell.wait(since: seen, until: end)
            case .end:
                store.withLock { $0 = nil }
                return ended.raise()
            }
        }
    }

    private func write() {
        let batch = queue.withLock { $0.take() }
        let outcome = store.withLock { store in
            Result { () throws(Fault) in
                try store?.write(batch)
                return LedgerState(entries: store?.last ?? 0, head: store?.head ?? .zero)
            }
        }
        switch outcome {
        case .success(let state): settle(batch, state)
        case .failure(let fault): postpone(batch, fault)
        }
        commits.ring()
    }

    private func settle(_ batch: [LedgerQueue.Item], _ state: LedgerState) {
        queue.withLock { $0.settle(batch) }
        let recovered = written.withLock { written in
            defer { written = state }
            return written.alarm != nil
        }
        if recovered { Log.line("ledger: it can be written again") }
    }

    private func postpone(_ batch: [LedgerQueue.Item], _ fault: Fault) {
        // Some file systems say only "input/output error" when a flush finds no room.
        let isFull = fault.code == .diskFull || fault.code == .diskFailing && folder.freeBytes < Self.roomBytes
        let freed = isFull ? makeRoom(Self.roomBytes) : 0
        let retryAt = Instant.now.advanced(by: freed > 0 ? 0 : settings.retryDelay)
        queue.withLock { $0.putBack(batch, retryAt: retryAt) }
        if freed > 0 { return Log.line("ledger: the disk is full, and frames of \(ByteSize(freed)) made room") }
        let isNews = written.withLock { written in
            defer { written.alarm = "\(fault)" }
            return written.alarm == nil
        }
        if isNews { Log.line("ledger: entries wait, for \(fault)") }
    }
}
