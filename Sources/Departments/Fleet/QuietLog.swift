internal import Core
internal import Synchronization

/// Tells of each matter once a minute at most, and how often there was more of it: whatever devices send, the log stays
/// readable.
///
/// Concurrency: the tally is under its lock.
final class QuietLog: Sendable {
    private struct Tally: Sendable {
        var since: UInt64
        var untold = 0
    }

    private static let quiet: UInt64 = 60_000
    private static let mattersMax = 1000
    private let tallies = Mutex<[String: Tally]>([:])

    /// `matter`: what it is about; what is told of it may be longer.
    func line(_ matter: String, _ text: String) {
        let now = WallClock.milliseconds
        let untold: Int? = tallies.withLock { tallies in
            if tallies.count >= Self.mattersMax { tallies = [:] }
            guard let tally = tallies[matter], now < tally.since + Self.quiet else {
                return tallies.updateValue(Tally(since: now), forKey: matter)?.untold ?? 0
            }
            tallies[matter]?.untold += 1
            return nil
        }
        guard let untold else { return }
        Log.line(text + (untold == 0 ? "" : " (and \(untold) times more in the last minute)"))
    }
}
