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

    /// What the page said, and when; and what the station's processes printed last.
    struct Heard: Sendable {
        let state: Datum?
        let at: Instant
        let lastLine: String
    }

    private struct State {
        /// Whether it is to run; until somebody has said so, what a node before this one has left is let be.
        var isWanted: Bool?
        var isRunning = false
        var restarts = 0
        var heard = Heard(state: nil, at: Instant(nanoseconds: 0), lastLine: "")
    }

    private let name: String
    private let page: StationPage
    private let command: [String]
    private let folder: String
    private let state = Mutex(State())
    private let isClosing = Atomic<Bool>(false)
    private let gone = Flagpole()

    /// Number and printout of the processes are kept in `folder`.
    init(_ name: String, _ command: [String], folder: String, page: StationPage) {
        self.name = name
        self.command = command
        self.folder = folder
        self.page = page
    }

    /// Whether there is a survivor is known when this returns.
    func open() {
        let isRunning = LineGuard.survivor(of: command, pidFile: pidFile) != nil
        state.withLock { $0.isRunning = isRunning }
        Lane.start("station-\(name)") { self.run() }
    }

    private var pidFile: String { folder + "/line.pid" }

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
        let printout = StationPrintout(folder + "/line.log")
        let line = LineGuard("station \(name)", command, pidFile: pidFile, printout: printout)
        let client = try? StationClient(page)
        var askAt = Instant.now
        while !isClosing.load(ordering: .acquiring) {
            switch state.withLock({ $0.isWanted }) {
            case true?:
                line.start()
                line.tend(.now)
            case false?: line.stop()
            case nil: line.adopt()
            }
            printout.tend()
            let isRunning = line.isRunning
            state.withLock { ($0.isRunning, $0.restarts) = (isRunning, line.restarts) }
            if askAt <= .now {
                let said = isRunning ? client?.state : nil
                let heard = Heard(state: said, at: .now, lastLine: printout.lastLine)
                state.withLock { $0.heard = heard }
                askAt = Instant.now.advanced(by: Self.askEvery)
            }
            Pause.nanoseconds(Self.turn)
        }
        line.stop()
        printout.tend()
        gone.raise()
    }
}
