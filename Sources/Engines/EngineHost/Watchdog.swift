internal import CKernel
internal import Core
internal import Link
internal import ONNX
internal import Synchronization

/// Stops runs whose deadline has passed. The caller has answered by then; this frees the engine for the next request.
///
/// Concurrency: one thread loops; runners touch only their own `Watch`, whose state is under its lock. While anything
/// runs, the loop looks every few milliseconds, so that a run need not wake it; after a quiet second it sleeps.
@safe final class Watchdog: @unchecked Sendable {
    private static let tickNanoseconds: UInt64 = 4 * Span64.millisecond
    private static let quietTicks = 250
    private let bell: UnsafeMutablePointer<UInt32>
    private let watches = Mutex<[Watch]>([])

    init() {
        unsafe bell = .allocate(capacity: 1)
        unsafe bell.initialize(to: 0)
    }

    deinit { unsafe bell.deallocate() }

    func watch(_ run: SessionRun) -> Watch {
        let watch = unsafe Watch(run: run, bell: bell)
        watches.withLock { $0.append(watch) }
        return watch
    }

    /// A run that is over for good.
    func forget(_ watch: Watch) { watches.withLock { $0.removeAll { $0 === watch } } }

    func loop() {
        var quiet = 0
        while true {
            quiet = tick() ? 0 : quiet + 1
            if quiet < Self.quietTicks {
                _ = unsafe ls_futex_wait(bell, 0, Instant.now.advanced(by: Self.tickNanoseconds).nanoseconds)
            } else {
                unsafe ls_store(bell, 1)
                if !tick() { _ = unsafe ls_futex_wait(bell, 1, 0) }
                unsafe ls_store(bell, 0)
                quiet = 0
            }
        }
    }

    /// Stops what is late; says whether anything runs.
    private func tick() -> Bool {
        let now = Instant.now
        return watches.withLock { $0.reduce(false) { $1.stopIfLate(now) || $0 } }
    }
}

/// One runner's deadline.
@safe final class Watch: @unchecked Sendable {
    private struct State {
        var deadline: Instant?
        var slots: [Slot] = []
        var stopped = false
    }
    private let run: SessionRun
    private let bell: UnsafeMutablePointer<UInt32>
    private let state = Mutex(State())

    init(run: SessionRun, bell: UnsafeMutablePointer<UInt32>) {
        self.run = run
        unsafe self.bell = unsafe bell
    }

    /// A run for these requests begins, or for nobody's.
    func begin(_ deadline: Instant, _ slots: [Slot]) {
        state.withLock { $0 = State(deadline: deadline, slots: slots) }
        if unsafe ls_load(bell) == 1, unsafe ls_exchange(bell, 0) == 1 { _ = unsafe ls_futex_wake(bell, 1) }
    }

    /// Whether the run was told to stop; from here on it will not be.
    func end() -> Bool {
        state.withLock { state in
            defer { state = State() }
            if state.stopped { run.terminate(false) }
            return state.stopped
        }
    }

    fileprivate func stopIfLate(_ now: Instant) -> Bool {
        state.withLock { state in
            guard let deadline = state.deadline else { return false }
            // When nobody waits for any of it any more, the run is as late as it can be.
            let isLate = deadline <= now || !state.slots.isEmpty && state.slots.allSatisfy(\.isCancelled)
            if isLate && !state.stopped {
                state.stopped = true
                run.terminate(true)
            }
            return true
        }
    }
}
