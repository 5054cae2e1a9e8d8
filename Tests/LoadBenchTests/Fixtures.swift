import LoadBench

extension BenchPlan {
    /// A plan with defaults, so that whatever a test states is the point of the test.
    static func sample(
        url: String = "http://127.0.0.1:1/", request: BenchRequest? = nil, rate: Double? = 100,
        arrivals: ArrivalPattern = .constant, connections: Int = 2, duration: Duration = .seconds(1),
        warmUp: Duration = .zero, timeout: Duration = .seconds(10)
    ) throws -> BenchPlan {
        let request = try request ?? BenchRequest()
        return try BenchPlan(
            target: BenchTarget(parsing: url), request: request, rate: rate, arrivals: arrivals,
            connections: connections, duration: duration, warmUp: warmUp, timeout: timeout)
    }
}

extension BenchReport {
    /// A saved run with a different value in every field.
    static func sample() throws -> BenchReport {
        let request = try BenchRequest(method: "PUT", body: [1, 2, 3])
        let plan = try BenchPlan.sample(
            url: "http://plc.local:8080/infer?a=\"1\"", request: request, rate: 123.456, arrivals: .poisson(seed: .max),
            duration: .milliseconds(2_500), warmUp: .milliseconds(300))
        var report = BenchReport(conditions: BenchConditions(plan: plan))
        report.startedAt = 1_780_000_000
        report.measured = 2_500_000_001
        report.counts.sent = 308
        report.counts.answered = 300
        report.counts.unsent = 5
        report.counts.unfinished = 2
        report.counts.lateStarts = 7
        report.counts.statuses = [200: 290, 503: 10]
        report.counts.failures = [.timeout: 4, .closed: 2]
        report.response = summary(from: 1_000)
        report.service = summary(from: 900)
        report.stoppedEarly = true
        return report
    }

    static func summary(from first: Nanoseconds) -> LatencySummary {
        var summary = LatencySummary()
        summary.count = 304
        for (index, figure) in LatencySummary.figures.enumerated() {
            summary[keyPath: figure.path] = first + Nanoseconds(index)
        }
        return summary
    }
}

extension Nanoseconds {
    static func milliseconds(_ count: Nanoseconds) -> Nanoseconds { count * 1_000_000 }
}
