internal import Core
internal import Glibc
internal import Synchronization

/// Looks once a second which things are to be told of their jobs.
///
/// Concurrency: one thread.
final class Rollout: Sendable {
    private let bell = Doorbell()
    private let isStopping = Atomic<Bool>(false)
    private let isRunning = Atomic<Bool>(false)
    private let gone = Flagpole()

    func start(_ desk: FleetDesk) {
        isRunning.store(true, ordering: .releasing)
        Lane.start("rollout", stackBytes: 2 << 20) { [self] in
            while !isStopping.load(ordering: .acquiring) {
                let seen = bell.rings
                do throws(ServiceProblem) { try desk.rollOut() } catch { Log.line("jobs wait: \(error.message)") }
                bell.wait(since: seen, until: Instant.now.advanced(by: Span64.second))
            }
            gone.raise()
        }
    }

    func ring() { bell.ring() }

    func stop() {
        guard isRunning.load(ordering: .acquiring) else { return }
        isStopping.store(true, ordering: .releasing)
        bell.ring()
        gone.wait()
    }
}
