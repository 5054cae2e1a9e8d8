import Core
import JSON
import Testing

@testable import Fleet

@Suite struct RolloutPlanTests {
    private static func plan(_ settings: String) throws -> RolloutPlan {
        RolloutPlan(try Datum(json: Array(settings.utf8)))
    }

    @Test(arguments: [
        ("{}", 0, 0, nil), (#"{"jobExecutionsRolloutConfig":{"maximumPerMinute":7}}"#, 100, 100, 7),
        (
            #"{"jobExecutionsRolloutConfig":{"exponentialRate":{"baseRatePerMinute":10,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":5}}}}"#,
            12, 0, 40
        ),
        (
            #"{"jobExecutionsRolloutConfig":{"maximumPerMinute":30,"exponentialRate":{"baseRatePerMinute":10,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfSucceededThings":1}}}}"#,
            0, 9, 30
        ),
    ])
    func rateGrowsAsItIsAsked(_ settings: String, _ told: Int, _ succeeded: Int, _ wanted: Int?) throws {
        #expect(try Self.plan(settings).rate(told: told, succeeded: succeeded) == wanted)
    }

    @Test(arguments: [
        ("FAILED", 50, 2, ["FAILED": 1, "SUCCEEDED": 1], true),
        ("FAILED", 51, 2, ["FAILED": 1, "SUCCEEDED": 1], false),
        ("FAILED", 1, 3, ["FAILED": 2], false), ("ALL", 100, 2, ["FAILED": 1, "REJECTED": 1], true),
        ("TIMED_OUT", 10, 1, ["FAILED": 9], false), ("FAILED", 50, 1, ["QUEUED": 9], false),
    ])
    func tooManyBadEndsBreakItOff(
        _ kind: String, _ threshold: Int, _ least: Int, _ tally: [String: Int], _ wanted: Bool
    ) throws {
        let criterion = """
            {"failureType":"\(kind)","action":"CANCEL","thresholdPercentage":\(threshold),"minNumberOfExecutedThings":\(least)}
            """
        let plan = try Self.plan(#"{"abortConfig":{"criteriaList":[\#(criterion)]}}"#)
        #expect(plan.isToBeAborted(tally) == wanted)
    }
}
