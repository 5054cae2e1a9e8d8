import AWSEvents
import Core
import Spool
import Testing

@Suite struct SendPlanTests {
    private static let start = Instant(nanoseconds: 1_000 * Span64.second)
    private static func whole(_ limit: UInt64) -> UInt64 { limit }

    private static func answer(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        (200, #"{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}"#, SendPlan.Verdict.fates([.accepted])),
        (
            200, #"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"slow"}]}"#,
            .fates([.again("ThrottlingException: slow")])
        ),
        (
            200, #"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"AccessDeniedException","ErrorMessage":"no"}]}"#,
            .fates([.again("AccessDeniedException: no")])
        ),
        (
            200, #"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail","ErrorMessage":"no"}]}"#,
            .fates([.never("MalformedDetail: no")])
        ),
        (
            400, #"{"__type":"ValidationException","message":"bad"}"#,
            .fates([.never("status 400 ValidationException bad")])
        ),
        (413, "", .fates([.never("status 413  ")])),
    ])
    func knowsWhatBecomesOfAnEvent(_ testCase: (status: Int, body: String, verdict: SendPlan.Verdict)) {
        #expect(
            SendPlan.verdict(status: testCase.status, body: Self.answer(testCase.body), count: 1) == testCase.verdict)
    }

    /// Not the events' fault, or not for ever: they wait.
    @Test(arguments: [
        (200, "<html>a captive portal</html>"), (200, #"{"FailedEntryCount":0,"Entries":[]}"#), (302, ""), (401, ""),
        (403, #"{"__type":"InvalidSignatureException","message":"clock"}"#), (404, ""), (408, ""), (429, ""), (500, ""),
        (503, ""), (400, #"{"__type":"ExpiredTokenException"}"#), (400, #"{"__type":"UnknownOperationException"}"#),
        (400, "<html>"),
    ])
    func keepsWhatMayStillBeTaken(_ testCase: (status: Int, body: String)) {
        for count in [1, 5] {
            let verdict = SendPlan.verdict(status: testCase.status, body: Self.answer(testCase.body), count: count)
            guard case .later = verdict else { return #expect(Bool(false), "\(verdict)") }
        }
    }

    @Test func oneThatSpoilsTheRestIsFoundAlone() {
        var plan = SendPlan(SpoolSettings())
        let verdict = SendPlan.verdict(
            status: 400, body: Self.answer(#"{"__type":"ValidationException"}"#), count: 3)
        guard case .divide = verdict else { return #expect(Bool(false)) }
        #expect(plan.entriesMax == 10)
        plan.answered(verdict, count: 3, at: Self.start, chance: Self.whole)
        for _ in 0..<3 {
            #expect(plan.entriesMax == 1 && plan.mayTry(Self.start))
            plan.answered(.fates([.accepted]), count: 1, at: Self.start, chance: Self.whole)
        }
        #expect(plan.entriesMax == 10)
    }

    @Test func pausesDoubleUpToTheLongest() {
        var plan = SendPlan(SpoolSettings())
        var now = Self.start
        for seconds: UInt64 in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            plan.answered(.later("down"), count: 10, at: now, chance: Self.whole)
            #expect(plan.wakeAt == now.advanced(by: seconds * Span64.second) && !plan.mayTry(now))
            #expect(plan.trouble == "down")
            now = plan.wakeAt
            #expect(plan.mayTry(now))
        }
        plan.answered(.fates([.accepted]), count: 1, at: now, chance: Self.whole)
        #expect(plan.mayTry(now) && plan.trouble == nil)
        plan.answered(.later("down"), count: 10, at: now, chance: Self.whole)
        #expect(plan.wakeAt == now.advanced(by: Span64.second))
    }

    @Test func aPauseIsDrawnFromNothingToTheWhole() {
        var plan = SendPlan(SpoolSettings())
        var asked: [UInt64] = []
        plan.answered(.later("down"), count: 1, at: Self.start) { limit in
            asked.append(limit)
            return 0
        }
        #expect(asked == [Span64.second] && plan.mayTry(Self.start))
    }

    @Test func anEndpointThatTakesNoneIsPausedFor() {
        var plan = SendPlan(SpoolSettings())
        plan.answered(.fates([.again("a"), .again("b")]), count: 2, at: Self.start, chance: Self.whole)
        #expect(!plan.mayTry(Self.start))
        plan.answered(.fates([.again("a"), .accepted]), count: 2, at: Self.start, chance: Self.whole)
        #expect(plan.mayTry(Self.start))
        plan.answered(.fates([.never("a")]), count: 1, at: Self.start, chance: Self.whole)
        #expect(plan.mayTry(Self.start))
    }

    @Test func anEntrysOwnPauseIsBounded() {
        let settings = SpoolSettings()
        #expect(SendPlan.pause(after: 1, settings, chance: Self.whole) == 1000)
        #expect(SendPlan.pause(after: 4, settings, chance: Self.whole) == 8000)
        for attempts in [10, 40, 64, 1000] {
            #expect(SendPlan.pause(after: attempts, settings, chance: Self.whole) == 300_000)
        }
    }
}
