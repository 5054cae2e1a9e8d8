/// Why a request has no answer.
package enum BenchFailure: String, CaseIterable, Hashable, Sendable {
    /// The server could not be connected to.
    case connect
    /// The server took longer than the plan's timeout.
    case timeout
    /// The server closed the connection before its answer was whole.
    case closed
    /// What came back is not HTTP.
    case malformed
}

/// How many requests met which end. All are measured ones: the warm-up is in none.
package struct BenchCounts: Hashable, Sendable {
    package var sent = 0
    package var answered = 0
    /// Arrivals for which no connection became free before the end: the server fell behind the requested rate.
    package var unsent = 0
    /// Requests that were under way when the run was stopped.
    package var unfinished = 0
    /// Requests that started more than a millisecond after their intended time.
    package var lateStarts = 0
    package var statuses: [Int: Int] = [:]
    package var failures: [BenchFailure: Int] = [:]

    package init() {}

    /// Requests without an answer, of whatever kind.
    package var failed: Int { failures.values.reduce(0, +) }
    /// Answers that are not of the 2xx kind.
    package var refused: Int { statuses.reduce(0) { $0 + ((200..<300).contains($1.key) ? 0 : $1.value) } }
}

/// What was asked of whom: two runs compare fairly only when these are equal.
package struct BenchConditions: Hashable, Sendable {
    package var url = ""
    package var method = ""
    package var bodyBytes = 0
    package var rate: Double?
    package var arrivals = ArrivalPattern.constant
    package var connections = 0
    package var duration: Nanoseconds = 0
    package var warmUp: Nanoseconds = 0
    package var timeout: Nanoseconds = 0

    package init() {}

    package init(plan: BenchPlan) {
        url = plan.target.description
        method = plan.request.method
        bodyBytes = plan.request.body.count
        rate = plan.rate
        arrivals = plan.arrivals
        connections = plan.connections
        duration = Nanoseconds(clamping: plan.duration)
        warmUp = Nanoseconds(clamping: plan.warmUp)
        timeout = Nanoseconds(clamping: plan.timeout)
    }
}

/// What a run found out.
package struct BenchReport: Hashable, Sendable {
    package var conditions: BenchConditions
    /// Seconds since 1970.
    package var startedAt = 0
    /// How long the measured part really took.
    package var measured: Nanoseconds = 0
    package var counts = BenchCounts()
    /// From the intended start to the last byte: what a caller who keeps to the schedule waits, the time until a
    /// connection was free included. This is the honest figure (no coordinated omission).
    package var response = LatencySummary()
    /// From the actual start to the last byte: what the server took once it was asked.
    package var service = LatencySummary()
    /// Whether the caller stopped the run before its end.
    package var stoppedEarly = false

    package init(conditions: BenchConditions) {
        self.conditions = conditions
    }

    /// Answers a second.
    package var achievedRate: Double { measured == 0 ? 0 : Double(counts.answered) / measured.seconds }
}
