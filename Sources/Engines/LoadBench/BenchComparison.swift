/// Two runs side by side: what got better or worse, and whether they may be compared at all.
package struct BenchComparison: Hashable, Sendable {
    /// One figure of both runs.
    package struct Row: Hashable, Sendable {
        package let name: String
        package let baseline: Double
        package let candidate: Double
        /// Times are nanoseconds; rates and counts are what they are.
        package let isTime: Bool

        /// Candidate over baseline; nil where the baseline is zero.
        package var ratio: Double? { baseline == 0 ? nil : candidate / baseline }
    }

    /// Rates and counts first, then each latency of both kinds.
    package let rows: [Row]
    /// Conditions that differ, as in `rate: 100.0 and 200.0`: each is a reason to doubt the ratios.
    package let differences: [String]

    package init(baseline: BenchReport, candidate: BenchReport) {
        rows = Self.rates(baseline, candidate) + Self.latencies(baseline, candidate)
        differences = Self.differences(baseline.conditions, candidate.conditions)
    }

    private static func rates(_ old: BenchReport, _ new: BenchReport) -> [Row] {
        let unanswered: (BenchReport) -> Int = { $0.counts.failed + $0.counts.unsent }
        return [
            Row(name: "rate", baseline: old.achievedRate, candidate: new.achievedRate, isTime: false),
            count("unanswered", unanswered(old), unanswered(new)),
            count("not 2xx", old.counts.refused, new.counts.refused),
        ]
    }

    private static func count(_ name: String, _ old: Int, _ new: Int) -> Row {
        Row(name: name, baseline: Double(old), candidate: Double(new), isTime: false)
    }

    private static func latencies(_ old: BenchReport, _ new: BenchReport) -> [Row] {
        [("response", \BenchReport.response), ("service", \BenchReport.service)].flatMap { kind, summary in
            LatencySummary.figures.map { figure in
                let path = summary.appending(path: figure.path)
                return Row(
                    name: "\(kind) \(figure.name)", baseline: Double(old[keyPath: path]),
                    candidate: Double(new[keyPath: path]), isTime: true)
            }
        }
    }

    private static func differences(_ old: BenchConditions, _ new: BenchConditions) -> [String] {
        let rate: (BenchConditions) -> String = { $0.rate.map { "\($0)" } ?? "closed loop" }
        let pairs = [
            ("url", old.url, new.url),
            ("method", old.method, new.method),
            ("body bytes", "\(old.bodyBytes)", "\(new.bodyBytes)"),
            ("rate", rate(old), rate(new)),
            ("arrivals", old.arrivals.name, new.arrivals.name),
            ("connections", "\(old.connections)", "\(new.connections)"),
            ("duration", old.duration.text, new.duration.text),
            ("warm-up", old.warmUp.text, new.warmUp.text),
            ("timeout", old.timeout.text, new.timeout.text),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { "\($0.0): \($0.1) and \($0.2)" }
    }
}

extension BenchComparison: CustomStringConvertible {
    /// The table for people, and under it what makes the comparison unfair.
    package var description: String {
        let header = TableRow.text(["", "baseline", "candidate", "ratio"], first: 16)
        let lines = rows.map { row in
            let ratio = row.ratio.map { "\(FixedPoint.text($0))x" } ?? "-"
            return TableRow.text([row.name, row.text(row.baseline), row.text(row.candidate), ratio], first: 16)
        }
        let notes = differences.map { "not the same in both runs: \($0)" }
        return ([header] + lines + notes).joined(separator: "\n")
    }
}

extension BenchComparison.Row {
    fileprivate func text(_ value: Double) -> String {
        isTime ? Nanoseconds(value).text : FixedPoint.text(value)
    }
}
