internal import CKernel
internal import Core
internal import Files
internal import Glibc
internal import Synchronization

/// Takes what components print and puts it into their logs.
///
/// One thread reads, as fast as anybody can write, so that no component ever waits for its log; another writes to the disk.
/// Between them lies a bounded heap: what comes faster than the disk takes it is counted and dropped, and the log says so.
///
/// Concurrency: pipes belong to the reading thread, files to the writing one; what passes between them is under the lock.
final class LogDesk: Sendable {
    private static let blockBytes = 64 << 10
    private static let heapBytesMax = 4 << 20

    private struct Pipe { let descriptor: Int32; let source: UInt64; let file: String }

    private enum Piece {
        /// A stream begins, under a number.
        case open(UInt64, file: String, label: String)
        case bytes(UInt64, [UInt8])
        case end(UInt64)
        case note(file: String, String)
        case dropped(file: String, Int)
        case close(file: String)
    }

    private struct State {
        var fresh: [Pipe] = []
        var heap: [(piece: Piece, milliseconds: UInt64)] = []
        var heapBytes = 0
        var dropped: [String: Int] = [:]
        var sources: UInt64 = 0
        var isClosing = false
        /// The reading thread has brought everything.
        var isDrained = false
    }

    private let settings: LogSettings
    private let state = Mutex(State())
    private let bell = Doorbell()
    private let wake: Int32
    private let closed = Flagpole()

    init(_ settings: LogSettings) throws(Fault) {
        self.settings = settings
        wake = ls_eventfd()
        guard wake >= 0 else { throw Fault.system("making a bell for the logs") }
    }

    deinit { Glibc.close(wake) }

    func start() {
        Lane.start("logs-read") { self.read() }
        Lane.start("logs-write") { self.write() }
    }

    /// Writes what is on the heap, and ends both threads.
    func close() {
        state.withLock { $0.isClosing = true }
        ring()
        closed.wait()
    }

    /// A pipe into a log: its writing end, for the step.
    func pipe(to file: String, label: String) throws(Fault) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard unsafe ls_pipe(&ends) == 0 else { throw Fault.system("making a pipe") }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let reading = ends[0]
        state.withLock { state in
            state.sources += 1
            state.heap.append((.open(state.sources, file: file, label: label), WallClock.milliseconds))
            state.fresh.append(Pipe(descriptor: reading, source: state.sources, file: file))
        }
        ring()
        return ends[1]
    }

    /// A line of the house's own.
    func note(_ text: String, in file: String) { put(.note(file: file, text)) }
    /// The component has gone: its log's file is not held open any more.
    func forget(_ file: String) { put(.close(file: file)) }

    private func put(_ piece: Piece) {
        state.withLock { $0.heap.append((piece, WallClock.milliseconds)) }
        bell.ring()
    }

    private func ring() {
        ls_eventfd_ring(wake)
        bell.ring()
    }

    // MARK: reading

    private func read() {
        var pipes: [Pipe] = []
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        while true {
            let isClosing = state.withLock { state in
                pipes += state.fresh
                state.fresh = []
                return state.isClosing
            }
            if isClosing { break }
            var waits = pipes.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            waits.append(pollfd(fd: wake, events: Int16(POLLIN), revents: 0))
            guard unsafe poll(&waits, nfds_t(waits.count), -1) > 0 else { continue }
            if waits[pipes.count].revents != 0 { ls_eventfd_hush(wake) }
            var ended: Set<UInt64> = []
            for (place, pipe) in pipes.enumerated() where waits[place].revents != 0 {
                if !take(pipe, &block) { ended.insert(pipe.source) }
            }
            if !ended.isEmpty { pipes.removeAll { ended.contains($0.source) } }
        }
        // Whoever wrote has ended; what it wrote may still lie in its pipe.
        for pipe in pipes {
            var isOpen = true
            while isOpen, isReadable(pipe) { isOpen = take(pipe, &block) }
            if isOpen { Glibc.close(pipe.descriptor) }
        }
        state.withLock { $0.isDrained = true }
        bell.ring()
    }

    private func isReadable(_ pipe: Pipe) -> Bool {
        var wait = pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&wait, 1, 0) > 0
    }

    /// One block of one pipe; false at its end.
    private func take(_ pipe: Pipe, _ block: inout [UInt8]) -> Bool {
        let count = unsafe Glibc.read(pipe.descriptor, &block, block.count)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        guard count > 0 else {
            Glibc.close(pipe.descriptor)
            put(.end(pipe.source))
            return false
        }
        let bytes = Array(block.prefix(count))
        state.withLock { state in
            if state.heapBytes + count > Self.heapBytesMax {
                state.dropped[pipe.file, default: 0] += count
            } else {
                state.heapBytes += count
                state.heap.append((.bytes(pipe.source, bytes), WallClock.milliseconds))
            }
        }
        bell.ring()
        return true
    }

    // MARK: writing

    private final class LogFile {
        var file: RotatedFile
        init(_ path: String, _ settings: LogSettings) {
            file = RotatedFile(path, bytesMax: settings.bytesMax, files: settings.files)
        }
    }

    private func write() {
        var files: [String: LogFile] = [:]
        var sources: [UInt64: (file: String, lines: LogLines)] = [:]
        func append(_ text: [UInt8], to path: String) {
            let log = files[path] ?? LogFile(path, settings)
            files[path] = log
            log.file.append(text)
        }
        while true {
            let rings = bell.rings
            let (heap, isLast) = state.withLock { state in
                defer {
                    state.heap = []
                    state.heapBytes = 0
                    state.dropped = [:]
                }
                let dropped = state.dropped.map { (Piece.dropped(file: $0.key, $0.value), WallClock.milliseconds) }
                return (state.heap + dropped, state.isDrained)
            }
            for (piece, time) in heap {
                switch piece {
                case .open(let source, let file, let label):
                    sources[source] = (file, LogLines(label: label, isPrefixed: settings.isPrefixed))
                case .bytes(let source, let bytes):
                    guard let text = sources[source]?.lines.take(bytes, milliseconds: time) else { continue }
                    append(text, to: sources[source]?.file ?? "")
                case .end(let source):
                    guard var last = sources.removeValue(forKey: source) else { continue }
                    append(last.lines.end(milliseconds: time), to: last.file)
                case .note(let file, let text): append(LogLines.note(text, milliseconds: time), to: file)
                case .dropped(let file, let count):
                    append(
                        LogLines.note("\(count) bytes of output were dropped: the disk is slower", milliseconds: time),
                        to: file)
                case .close(let file): files[file] = nil
                }
            }
            if isLast && heap.isEmpty { break }
            if heap.isEmpty { bell.wait(since: rings, until: .distantFuture) }
        }
        closed.raise()
    }
}
