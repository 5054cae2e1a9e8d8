internal import Core
internal import Process
internal import Synchronization

/// One process of a line that must always be there: started, and started again whenever it ends, until it is let go.
///
/// Concurrency: a thread of its own starts it and waits for its end; the rest may be called from any thread.
package final class KeptProcess: Sendable {
    /// Ended sooner than this after its start, it is not started again at once.
    private static let soon = Span64.second
    private static let shortestPause = 50 * Span64.millisecond
    private static let longestPause = Span64.second
    /// How long it may take to end when it is asked to.
    private static let patience = 5 * Span64.second

    private struct State { var child: ChildProcess?; var starts: UInt64 = 0; var isLetGo = false }

    package let name: String
    private let command: [String]
    private let state = Mutex(State())
    private let gone = Flagpole()

    package init(_ name: String, _ command: [String]) {
        self.name = name
        self.command = command
    }

    package func start() { Lane.start("keep-\(name)") { self.keep() } }

    /// How often it was started again.
    package var restarts: UInt64 { state.withLock { max(1, $0.starts) - 1 } }
    package var pid: Int32? { state.withLock { $0.child?.pid } }

    /// Asks it to end, waits, and does not start it again.
    package func letGo() {
        let child = state.withLock { state in
            state.isLetGo = true
            return state.child
        }
        child?.kill(15)
        let patience = Instant.now.advanced(by: Self.patience)
        while !state.withLock({ $0.child == nil }), Instant.now < patience { Pause.nanoseconds(5 * Span64.millisecond) }
        if let child = state.withLock({ $0.child }) { child.killNow() }
        gone.wait()
    }

    private func keep() {
        var backOff = BackOff(shortest: Self.shortestPause, longest: Self.longestPause)
        while !state.withLock({ $0.isLetGo }) {
            let began = Instant.now
            do throws(Fault) {
                // It ends with this thread, and so with this process, whichever way that goes.
                let child = try ChildProcess.spawn(
                    command, keeping: [], settings: [ProcessFacts.parentVariable: "\(ProcessFacts.ownPid)"],
                    inOwnGroup: true)
                let isLetGo = state.withLock { state in
                    state.child = child
                    state.starts += 1
                    return state.isLetGo
                }
                if isLetGo { child.kill(15) }
                let how = child.wait()
                state.withLock { $0.child = nil }
                if !state.withLock({ $0.isLetGo }) { Log.line("\(name) ended (\(how)); it is started again") }
            } catch { Log.line("\(name) cannot be started: \(error)") }
            guard !state.withLock({ $0.isLetGo }) else { break }
            if Instant.now.since(began) > Self.soon { backOff.reset() }
            Pause.nanoseconds(backOff.next())
        }
        gone.raise()
    }
}
