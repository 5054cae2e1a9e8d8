import Core
import ReleaseWatch
import Testing

@Suite struct ReleaseHoldsTests {
    private static let settings = WatchSettings()
    private static let report = TriggerReport(.latency, "p99 50 ms", at: WatchBench.start)
    private static let minute: Int64 = 60_000

    private static func holds(at wall: Int64 = 1_000_000) -> ReleaseHolds {
        var holds = ReleaseHolds()
        holds.rolledBack("v2", report, wall: wall)
        return holds
    }

    @Test func aReleaseThatWasTakenBackDoesNotReturnByItself() {
        var holds = Self.holds()
        let later = 1_000_000 + 10_000 * Self.minute
        for isOrdered in [false, true] {
            let refusal = holds.refusal(of: "v2", settings: Self.settings, wall: later, isOrderedByPerson: isOrdered)
            #expect(refusal?.message.contains("LATENCY") == true)
        }
        holds.personActed(on: "v2")
        #expect(holds.refusal(of: "v2", settings: Self.settings, wall: later) == nil)
    }

    @Test(arguments: [
        (minutes: Int64(0), isRefused: true), (29, true), (30, false), (500, false),
        // A clock that was set back.
        (-1, false), (-500_000, false),
    ])
    func noOtherReleaseComesForHalfAnHour(_ testCase: (minutes: Int64, isRefused: Bool)) {
        let holds = Self.holds()
        let wall = 1_000_000 + testCase.minutes * Self.minute
        #expect((holds.refusal(of: "v3", settings: Self.settings, wall: wall) != nil) == testCase.isRefused)
        #expect(holds.refusal(of: "v3", settings: Self.settings, wall: wall, isOrderedByPerson: true) == nil)
        // The one that the line went back to is no news to it, nor is the one at work. [watch-2]
        #expect(holds.refusal(of: "v3", settings: Self.settings, wall: wall, isNews: false) == nil)
        #expect(holds.refusal(of: "v2", settings: Self.settings, wall: wall, isNews: false) != nil)
    }

    @Test func isKeptAsItIs() throws {
        var holds = Self.holds()
        holds.rolledBack("v3", TriggerReport(.escape, "golden", at: WatchBench.start), wall: 2_000_000)
        #expect(try ReleaseHolds(holds.datum) == holds)
        #expect(try ReleaseHolds(nil) == ReleaseHolds())
    }

    @Test func isBounded() {
        var holds = ReleaseHolds()
        for number in 0..<100 { holds.rolledBack("v\(number)", Self.report, wall: Int64(number)) }
        #expect(holds.holds.count == 64 && holds.holds["v99"] != nil && holds.holds["v35"] == nil)
    }

    @Test func aBaselineIsKeptAsItIs() throws {
        #expect(try ReleaseBaseline(WatchBench.lastGood.datum) == WatchBench.lastGood)
        #expect(throws: Fault.self) {
            try ReleaseBaseline(["parts": 1, "rejects": 2, "failures": 0, "p95_us": 0, "p99_us": 0])
        }
        #expect(throws: Fault.self) { try ReleaseBaseline(["parts": 1]) }
    }
}
