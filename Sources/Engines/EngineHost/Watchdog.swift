internal import Core
internal import Link
internal import ONNX
internal import Synchronization

/// Stops runs whose deadline has passed. The caller has answered by then; this frees the engine for the next request.
///
/// Concurrency: one thread loops; runners touch only their own `Watch`, whose state is under its lock, and the clock. While
/// anything runs, the loop looks at every deadline and now and then besides; after a quiet second it sleeps until a run begins.
final class Watchdog: Sendable {
    /// Nobody rings when the last one who waited for a run gave up: that is found out by looking.
    private static let lookNanoseconds: UInt64 = 20 * Span64.millisecond
    private static let quietNanoseconds: UInt64 = Span64.second
    private let clock = AlarmClock()
    private let watches = Mutex<[Watch]>([])

    func watch(_ run: SessionRun) -> Watch {
        let watch = Watch(run: run, clock: clock)
        watches.withLock { $0.append(watch) }
        return watch
    }

    /// A run that is over for good.
    func forget(_ watch: Watch) { watches.withLock { $0.removeAll { $0 === watch } } }

    func loop() {
        var quietSince = Instant.now
        while true {
            clock.sleep {
                let now = Instant.now
                let deadline = look(now)
                if deadline != nil { quietSince = now }
                guard now.since(quietSince) < Self.quietNanoseconds else { return nil }
                return min(deadline ?? .distantFuture, now.advanced(by: Self.lookNanoseconds))
            }
        }
    }

    /// Stops what is late; says when the next one will be, and nil when nothing runs.
    private func look(_ now: Instant) -> Instant? {
        watches.withLock { $0.compactMap { $0.look(now) }.min() }
    }
}

/// One runner's deadline.
final class Watch: Sendable {
    private struct State {
        var deadline: Instant?
        var slots: [Slot] = []
        var stopped = false
    }
    private let run: SessionRun
    private let clock: AlarmClock
    private let state = Mutex(State())

    init(run: SessionRun, clock: AlarmClock) {
        self.run = run
        self.clock = clock
    }

    /// A run for these requests begins, or for nobody's.
    func begin(_ deadline: Instant, _ slots: [Slot]) {
        state.withLock { $0 = State(deadline: deadline, slots: slots) }
        clock.set(deadline)
    }

    /// Whether the run was told to stop; from here on it will not be.
    func end() -> Bool {
        state.withLock { state in
            defer { state = State() }
            if state.stopped { run.terminate(false) }
            return state.stopped
        }
    }

    /// Stops the run if it is late; says when it would be, and nil when there is none.
    fileprivate func look(_ now: Instant) -> Instant? {
        state.withLock { state in
            guard let deadline = state.deadline else { return nil }
            guard !state.stopped else { return .distantFuture }
            // When nobody waits for any of it any more, the run is as late as it can be.
            let isLate = deadline <= now || !state.slots.isEmpty && state.slots.allSatisfy(\.isCancelled)
            guard isLate else { return deadline }
            state.stopped = true
            run.terminate(true)
            return .distantFuture
        }
    }
}
