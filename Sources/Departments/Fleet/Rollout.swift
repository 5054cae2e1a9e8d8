internal import Core
internal import Glibc

/// Looks once a second which things are to be told of their jobs.
///
/// Concurrency: one thread.
final class Rollout: Sendable {
    private let rounds = Rounds()

    func start(_ desk: FleetDesk) {
        rounds.start("rollout", stackBytes: 2 << 20) {
            do throws(ServiceProblem) { try desk.rollOut() } catch { Log.line("jobs wait: \(error.message)") }
            return .nap(Span64.second)
        }
    }

    func ring() { rounds.ring() }
    func stop() { rounds.stop() }
}
