/// Every latency of a run, kept whole: percentiles are exact, and the worst one is never averaged away.
package struct LatencyRecord: Sendable {
    private var samples: [Nanoseconds] = []

    /// Takes the room for `capacity` samples at once, so that growing never disturbs a measurement.
    package init(capacity: Int = 0) {
        samples.reserveCapacity(capacity)
    }

    /// How many samples there are.
    package var count: Int { samples.count }

    /// Keeps one more.
    package mutating func add(_ sample: Nanoseconds) {
        samples.append(sample)
    }

    /// The figures; sorts a copy, so not for the middle of a run.
    package func summary() -> LatencySummary {
        guard !samples.isEmpty else { return LatencySummary() }
        let sorted = samples.sorted()
        var summary = LatencySummary()
        summary.count = sorted.count
        summary.mean = Self.mean(of: sorted)
        summary.p50 = Self.percentile(5_000, of: sorted)
        summary.p90 = Self.percentile(9_000, of: sorted)
        summary.p99 = Self.percentile(9_900, of: sorted)
        summary.p999 = Self.percentile(9_990, of: sorted)
        summary.max = sorted[sorted.count - 1]
        return summary
    }

    /// Nearest rank: the smallest sample that at least `share` ten-thousandths of all samples do not exceed.
    private static func percentile(_ share: Int, of sorted: [Nanoseconds]) -> Nanoseconds {
        let rank = (sorted.count * share + 9_999) / 10_000
        return sorted[Swift.max(rank, 1) - 1]
    }

    private static func mean(of samples: [Nanoseconds]) -> Nanoseconds {
        var sum = 0.0
        for sample in samples { sum += Double(sample) }
        return Nanoseconds((sum / Double(samples.count)).rounded())
    }
}

/// What a run's latencies come to, in nanoseconds; all zero when there were none.
package struct LatencySummary: Hashable, Sendable {
    package var count = 0
    package var mean: Nanoseconds = 0
    package var p50: Nanoseconds = 0
    package var p90: Nanoseconds = 0
    package var p99: Nanoseconds = 0
    package var p999: Nanoseconds = 0
    package var max: Nanoseconds = 0

    package init() {}
}

extension LatencySummary {
    /// The figures with their names, in the order in which they are printed and saved.
    package static var figures: [(name: String, path: WritableKeyPath<LatencySummary, Nanoseconds>)] {
        [
            ("mean", \.mean), ("p50", \.p50), ("p90", \.p90), ("p99", \.p99), ("p999", \.p999), ("max", \.max),
        ]
    }
}
