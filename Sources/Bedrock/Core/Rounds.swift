internal import Synchronization

/// A thread of its own that looks after something again and again, until it is told to end.
///
/// Concurrency: rounds are made on the thread; ringing and stopping come from any other.
package final class Rounds: Sendable {
    /// What comes between two rounds, in nanoseconds.
    package enum Pause: Hashable, Sendable {
        case none
        /// Or until somebody rings.
        case nap(UInt64)
        /// Whoever rings.
        case rest(UInt64)
    }

    private let bell: Doorbell
    private let isRunning = Atomic<Bool>(false)
    private let isAsked = Atomic<Bool>(false)
    private let gone = Flagpole()

    /// `bell`: one that others ring already.
    package init(bell: Doorbell = Doorbell()) { self.bell = bell }

    /// Whoever takes long looks at this now and then.
    package var isStopping: Bool { isAsked.load(ordering: .acquiring) }

    /// There is something to do.
    package func ring() { bell.ring() }

    package func start(
        _ name: String, stackBytes: Int = 512 << 10, _ round: @escaping @Sendable () -> Pause
    ) {
        start(name, (), stackBytes: stackBytes) { _ in round() }
    }

    /// `memory`: what one round leaves to the next.
    package func start<Memory: Sendable>(
        _ name: String, _ memory: Memory, stackBytes: Int = 512 << 10,
        _ round: @escaping @Sendable (inout Memory) -> Pause
    ) {
        isRunning.store(true, ordering: .releasing)
        Lane.start(name, stackBytes: stackBytes) { [self] in
            var memory = memory
            while !isStopping {
                let seen = bell.rings
                pause(round(&memory), since: seen)
            }
            gone.raise()
        }
    }

    private func pause(_ pause: Pause, since seen: UInt32) {
        switch pause {
        case .none: return
        case .nap(let span):
            if !isStopping { bell.wait(since: seen, until: Instant.now.advanced(by: span)) }
        case .rest(let span):
            let end = Instant.now.advanced(by: span)
            while Instant.now < end {
                let seen = bell.rings
                if isStopping { return }
                bell.wait(since: seen, until: end)
            }
        }
    }

    /// Comes back when the last round is over; `breakOff` cuts it short. What was never started has nothing to end.
    package func stop(_ breakOff: () -> Void = {}) {
        guard isRunning.load(ordering: .acquiring) else { return }
        isAsked.store(true, ordering: .releasing)
        breakOff()
        bell.ring()
        gone.wait()
    }
}
