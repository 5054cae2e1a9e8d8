import LoadBench
import Testing

/// How what happened becomes figures. All times here are milliseconds.
@Suite struct BenchLedgerTests {
    private func exchange(intended: Nanoseconds, started: Nanoseconds? = nil) -> Exchange {
        Exchange(intended: .milliseconds(intended), started: .milliseconds(started ?? intended))
    }

    private func report(_ ledger: BenchLedger, plan: BenchPlan, underWay: [Exchange] = []) -> BenchReport {
        ledger.report(
            plan: plan, startedAt: 9, untaken: 3, underWay: underWay, end: .milliseconds(1_000), stoppedEarly: false)
    }

    @Test func responseCountsFromTheIntendedStartAndServiceFromTheActual() throws {
        let plan = try BenchPlan.sample()
        var ledger = BenchLedger(plan: plan)
        let late = exchange(intended: 10, started: 40)
        ledger.began(late)
        ledger.answered(late, status: 200, at: .milliseconds(45))
        let report = report(ledger, plan: plan)
        #expect(report.response.max == .milliseconds(35))
        #expect(report.service.max == .milliseconds(5))
        #expect(report.counts.lateStarts == 1)
        #expect(report.counts.unsent == 3)
        #expect(report.achievedRate == 1)
    }

    @Test func aTimeoutIsALatencyAndOtherFailuresAreNot() throws {
        let plan = try BenchPlan.sample()
        var ledger = BenchLedger(plan: plan)
        for failure in BenchFailure.allCases {
            ledger.began(exchange(intended: 10))
            ledger.failed(exchange(intended: 10), failure, at: .milliseconds(500))
        }
        let report = report(ledger, plan: plan)
        #expect(report.counts.failures == [.connect: 1, .timeout: 1, .closed: 1, .malformed: 1])
        #expect(report.counts.failed == 4)
        #expect(report.response.count == 1)
        #expect(report.response.max == .milliseconds(490))
    }

    @Test func theWarmUpIsNotMeasured() throws {
        let plan = try BenchPlan.sample(warmUp: .milliseconds(100))
        var ledger = BenchLedger(plan: plan)
        for intended in [50, 100] as [Nanoseconds] {
            ledger.began(exchange(intended: intended))
            ledger.answered(exchange(intended: intended), status: 200, at: .milliseconds(150))
        }
        let report = report(ledger, plan: plan, underWay: [exchange(intended: 99), exchange(intended: 101)])
        #expect(report.counts.sent == 1)
        #expect(report.counts.statuses == [200: 1])
        #expect(report.counts.unfinished == 1)
        #expect(report.measured == .milliseconds(900))
    }

    @Test func answersAfterTheEndStretchTheTimeTheyAreDividedBy() throws {
        let plan = try BenchPlan.sample()
        var ledger = BenchLedger(plan: plan)
        ledger.began(exchange(intended: 990))
        ledger.answered(exchange(intended: 990), status: 503, at: .milliseconds(2_000))
        let report = report(ledger, plan: plan)
        #expect(report.measured == .milliseconds(2_000))
        #expect(report.achievedRate == 0.5)
        #expect(report.counts.refused == 1)
    }

    @Test func progressIsOfTheTimeSinceTheLast() throws {
        var ledger = BenchLedger(plan: try .sample(warmUp: .milliseconds(500)))
        ledger.answered(exchange(intended: 100), status: 200, at: .milliseconds(104))
        ledger.answered(exchange(intended: 100), status: 200, at: .milliseconds(108))
        let first = ledger.takeProgress(at: .milliseconds(400))
        #expect(first.isWarmUp)
        #expect(first.interval.rate == 5)
        #expect(first.interval.mean == .milliseconds(6))
        #expect(first.interval.worst == .milliseconds(8))
        #expect(first.counts.answered == 0)
        #expect(
            first.description
                == "0.400 s (warm-up): 5.000 answers/s, mean 6.000 ms, worst 8.000 ms, 0 failed")
        let second = ledger.takeProgress(at: .milliseconds(1_400))
        #expect(!second.isWarmUp)
        #expect(second.interval.answered == 0)
        #expect(second.interval.length == .milliseconds(1_000))
    }
}
