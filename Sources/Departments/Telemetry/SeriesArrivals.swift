internal import Synchronization

/// How often something came in for each series since the hub began: whoever saw a count knows later whether it still
/// holds.
///
/// Concurrency: a table under a lock; it is written after the points are on the disk.
final class SeriesArrivals: Sendable {
    private let counts = Mutex<[String: UInt64]>([:])

    func note(_ series: Set<String>) {
        counts.withLock { counts in for key in series { counts[key, default: 0] += 1 } }
    }

    /// Of all of these together, which only ever grows.
    func count(of series: [String]) -> UInt64 {
        counts.withLock { counts in series.reduce(0) { $0 + (counts[$1] ?? 0) } }
    }
}
