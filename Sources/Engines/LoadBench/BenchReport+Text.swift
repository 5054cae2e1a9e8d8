extension BenchReport: CustomStringConvertible {
    /// The report for people, a few aligned lines.
    package var description: String {
        let lines = [loadLine, countsLine] + [statusLine, failureLine, shortfallLine].compactMap(\.self)
        return (lines + latencyTable).joined(separator: "\n")
    }

    private var loadLine: String {
        let load = conditions.rate.map { "\(FixedPoint.text($0)) requests/s (\(conditions.arrivals.name))" }
        let early = stoppedEarly ? ", stopped early" : ""
        return "\(conditions.method) \(conditions.url): \(load ?? "closed loop"), "
            + "\(conditions.connections) connections, \(measured.text)\(early)"
    }

    private var countsLine: String {
        "sent \(counts.sent), answered \(counts.answered): \(FixedPoint.text(achievedRate)) a second; "
            + "\(counts.lateStarts) started late"
    }

    private var statusLine: String? {
        let statuses = counts.statuses.sorted { $0.key < $1.key }
        return statuses.isEmpty ? nil : "status " + statuses.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }

    private var failureLine: String? {
        guard counts.failed + counts.unfinished > 0 else { return nil }
        let failures = BenchFailure.allCases.compactMap { kind in
            counts.failures[kind].map { "\(kind.rawValue): \($0)" }
        }
        let unfinished = counts.unfinished > 0 ? ["under way at the end: \(counts.unfinished)"] : []
        return "without an answer " + (failures + unfinished).joined(separator: ", ")
    }

    private var shortfallLine: String? {
        guard counts.unsent > 0 else { return nil }
        return "due but never sent, as every connection was busy: \(counts.unsent). "
            + "The server is slower than this rate, and its latency would have grown further"
    }

    private var latencyTable: [String] {
        let header = TableRow.text(["", "mean", "p50", "p90", "p99", "p99.9", "max"])
        return [header]
            + [("response", response), ("service", service)].map { name, summary in
                TableRow.text([name] + LatencySummary.figures.map { summary[keyPath: $0.path].text })
            }
    }
}

extension ArrivalPattern {
    /// The pattern as it is saved and shown.
    var name: String {
        switch self {
        case .constant: "constant"
        case .poisson: "poisson"
        }
    }
}

/// One line of a table: the first column to the left, the others to the right.
enum TableRow {
    static func text(_ cells: [String], first: Int = 12, others: Int = 12) -> String {
        let padded = cells.enumerated().map { index, cell in
            let width = index == 0 ? first : others
            let space = String(repeating: " ", count: max(width - cell.count, 0))
            return index == 0 ? cell + space : space + cell
        }
        return padded.joined()
    }
}
