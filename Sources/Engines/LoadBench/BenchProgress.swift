/// The figures so far, handed to the caller once a second.
package struct BenchProgress: Hashable, Sendable {
    /// What happened since the last progress report, the warm-up included.
    package struct Interval: Hashable, Sendable {
        package internal(set) var length: Nanoseconds = 0
        package internal(set) var answered = 0
        package internal(set) var failed = 0
        package internal(set) var worst: Nanoseconds = 0
        private var sum: Nanoseconds = 0

        /// Answers a second.
        package var rate: Double { length == 0 ? 0 : Double(answered) / length.seconds }

        /// The average response time, from the intended start.
        package var mean: Nanoseconds { answered == 0 ? 0 : sum / Nanoseconds(answered) }

        mutating func note(_ latency: Nanoseconds) {
            answered += 1
            sum += latency
            worst = max(worst, latency)
        }
    }

    /// Since the start of the run.
    package let elapsed: Nanoseconds
    package let isWarmUp: Bool
    /// What has been measured so far.
    package let counts: BenchCounts
    package let interval: Interval
}

extension BenchProgress: CustomStringConvertible {
    /// One line for people: `3.000 s: 100.000 answers/s, mean 1.250 ms, worst 4.100 ms, 0 failed`.
    package var description: String {
        let phase = isWarmUp ? " (warm-up)" : ""
        return "\(FixedPoint.text(elapsed.seconds)) s\(phase): \(FixedPoint.text(interval.rate)) answers/s, "
            + "mean \(interval.mean.text), worst \(interval.worst.text), \(interval.failed) failed"
    }
}
