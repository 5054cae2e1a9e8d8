import Core
import Station
import Testing

/// How much time a station has for a part (D41).
@Suite struct StationBudgetTests {
    @Test func theWindowIsTheWayLessGateScanAndMargin() throws {
        var line = StationBudget.Line()
        line.partsPerMinute = 100
        line.distanceMillimetres = 400
        line.speedMetresPerSecond = 0.5
        line.actuatorMilliseconds = 30
        line.scanMilliseconds = 10
        line.margin = 0.2
        let budget = try StationBudget(line)
        #expect(budget.travelMilliseconds == 800)
        #expect(budget.pitchMilliseconds == 600)
        #expect(abs(budget.windowMilliseconds - 608) < 1e-9)
    }

    @Test(arguments: [10.0, 90, 608]) func theSharesMakeUpTheWindow(_ window: Double) {
        let budget = StationBudget(windowMilliseconds: window)
        #expect(abs(budget.shares.reduce(0) { $0 + $1.milliseconds } - window) < 1e-9)
        #expect(budget.shares.allSatisfy { $0.milliseconds > 0 })
        #expect(budget.share("run") > budget.share("decide"))
    }

    @Test func noTimeLeftIsSaidSo() {
        var line = StationBudget.Line()
        line.distanceMillimetres = 10
        let budget = Result { () throws(Fault) in try StationBudget(line) }
        guard case .failure(let fault) = budget else {
            Issue.record("a part is at the gate after 20 ms, and the gate takes 30")
            return
        }
        #expect(fault.code == .invalid && fault.message.contains("no time left"))
    }
}
