/// One request under way: when it was meant to start, and when it did.
package struct Exchange: Hashable, Sendable {
    package let intended: Nanoseconds
    package let started: Nanoseconds

    package init(intended: Nanoseconds, started: Nanoseconds) {
        self.intended = intended
        self.started = started
    }
}

/// Counts what becomes of the requests of a run. Pure: it is told the time.
///
/// The warm-up is counted for the progress line only. A request that timed out counts as a latency of the time it was
/// given, so that a server cannot improve its percentiles by never answering.
package struct BenchLedger: Sendable {
    /// What has been measured so far.
    package private(set) var counts = BenchCounts()
    private let measuredFrom: Nanoseconds
    private var response: LatencyRecord
    private var service: LatencyRecord
    private var lastAnswer: Nanoseconds = 0
    private var interval = BenchProgress.Interval()
    private var intervalStart: Nanoseconds = 0

    package init(plan: BenchPlan) {
        measuredFrom = Nanoseconds(clamping: plan.warmUp)
        let expected = plan.rate.map { Int($0 * Nanoseconds(clamping: plan.duration).seconds * 1.1) + 1_000 }
        let capacity = min(expected ?? BenchLimit.closedLoopSamples, BenchLimit.samplesMax)
        response = LatencyRecord(capacity: capacity)
        service = LatencyRecord(capacity: capacity)
    }

    /// Whether there is room for another sample.
    package var isFull: Bool { response.count >= BenchLimit.samplesMax }

    /// A request has been given to a connection.
    package mutating func began(_ exchange: Exchange) {
        guard isMeasured(exchange) else { return }
        counts.sent += 1
        if exchange.started - exchange.intended > BenchLimit.lateStart { counts.lateStarts += 1 }
    }

    /// The last byte of an answer has come.
    package mutating func answered(_ exchange: Exchange, status: Int, at now: Nanoseconds) {
        interval.note(now - exchange.intended)
        lastAnswer = now
        guard isMeasured(exchange) else { return }
        counts.answered += 1
        counts.statuses[status, default: 0] += 1
        addLatency(of: exchange, at: now)
    }

    /// There will be no answer.
    package mutating func failed(_ exchange: Exchange, _ failure: BenchFailure, at now: Nanoseconds) {
        interval.failed += 1
        guard isMeasured(exchange) else { return }
        counts.failures[failure, default: 0] += 1
        if failure == .timeout { addLatency(of: exchange, at: now) }
    }

    /// The figures so far, and those of the time since this was last asked.
    package mutating func takeProgress(at now: Nanoseconds) -> BenchProgress {
        interval.length = now - intervalStart
        defer {
            interval = BenchProgress.Interval()
            intervalStart = now
        }
        return BenchProgress(elapsed: now, isWarmUp: now < measuredFrom, counts: counts, interval: interval)
    }

    /// What the run came to. `end` is when it stopped sending; answers may have come later.
    package func report(
        plan: BenchPlan, startedAt: Int, untaken: Int, underWay: [Exchange], end: Nanoseconds, stoppedEarly: Bool
    ) -> BenchReport {
        var report = BenchReport(conditions: BenchConditions(plan: plan))
        report.startedAt = startedAt
        report.counts = counts
        report.counts.unsent = untaken
        report.counts.unfinished = underWay.count(where: isMeasured)
        report.measured = max(end, lastAnswer) - min(measuredFrom, end)
        report.response = response.summary()
        report.service = service.summary()
        report.stoppedEarly = stoppedEarly
        return report
    }

    private func isMeasured(_ exchange: Exchange) -> Bool { exchange.intended >= measuredFrom }

    private mutating func addLatency(of exchange: Exchange, at now: Nanoseconds) {
        response.add(now - exchange.intended)
        service.add(now - exchange.started)
    }
}
