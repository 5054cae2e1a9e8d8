/// The last parts of a release, from which its baseline is taken: old ones go, because a process drifts over weeks.
struct RecentParts: Hashable, Sendable {
    static let partsMax = 20_000

    private var latencies: [UInt32] = []
    private var outcomes: [WatchedPart.Outcome] = []
    private var next = 0

    mutating func add(_ outcome: WatchedPart.Outcome, latency: UInt64) {
        let span = Quantiles.microseconds(latency)
        if latencies.count < Self.partsMax {
            latencies.append(span)
            outcomes.append(outcome)
        } else {
            latencies[next] = span
            outcomes[next] = outcome
            next = (next + 1) % Self.partsMax
        }
    }

    var baseline: ReleaseBaseline {
        let spans = Quantiles(latencies)
        return ReleaseBaseline(
            parts: outcomes.count, rejects: outcomes.count { $0 == .rejected },
            failures: outcomes.count { $0 == .failed },
            p95: spans(0.95), p99: spans(0.99))
    }
}
