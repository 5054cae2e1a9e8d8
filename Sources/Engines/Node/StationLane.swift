internal import Core
internal import JSON
internal import Synchronization

/// Looks after one station: keeps its processes running and knows what its page last said. A deployment that waits for a network
/// keeps nobody from it.
///
/// Concurrency: a thread of its own tends the processes and asks the page; what it knows and what it is told lie under a lock.
final class StationLane: Sendable {
    private static let turn = 100 * Span64.millisecond
    private static let askEvery = Span64.second / 2

    /// What the page said, and when.
    struct Heard: Sendable {
        let state: Datum?
        let at: Instant
    }

    private struct State {
        var isWanted = false
        var isRunning = false
        var restarts = 0
        var heard = Heard(state: nil, at: Instant(nanoseconds: 0))
    }

    private let name: String
    private let port: Int
    private let command: [String]
    private let pidFile: String
    private let state = Mutex(State())
    private let isClosing = Atomic<Bool>(false)
    private let gone = Flagpole()

    init(_ name: String, _ command: [String], pidFile: String, port: Int) {
        self.name = name
        self.command = command
        self.pidFile = pidFile
        self.port = port
    }

    func open() { Lane.start("station-\(name)") { self.run() } }

    var isRunning: Bool { state.withLock { $0.isRunning } }
    var restarts: Int { state.withLock { $0.restarts } }
    var heard: Heard { state.withLock { $0.heard } }

    func want(_ isWanted: Bool) { state.withLock { $0.isWanted = isWanted } }

    /// Stops what runs, and returns when nothing of it is left.
    func close() {
        isClosing.store(true, ordering: .releasing)
        gone.wait()
    }

    private func run() {
        let line = LineGuard("station \(name)", command, pidFile: pidFile)
        let client = try? StationClient(port: port)
        var askAt = Instant.now
        while !isClosing.load(ordering: .acquiring) {
            let wanted = state.withLock { $0.isWanted }
            if wanted { line.start() } else { line.stop() }
            line.tend(.now)
            let isRunning = line.isRunning
            state.withLock { ($0.isRunning, $0.restarts) = (isRunning, line.restarts) }
            if askAt <= .now {
                let said = isRunning ? client?.state : nil
                state.withLock { $0.heard = Heard(state: said, at: .now) }
                askAt = Instant.now.advanced(by: Self.askEvery)
            }
            Pause.nanoseconds(Self.turn)
        }
        line.stop()
        gone.raise()
    }
}
