import Core
import ReleaseWatch
import Testing

/// Every trigger at its edge (D37): just below it nothing happens, just above it the release is taken back, once.
@Suite struct TriggerEdgeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var settings = WatchBench.endless
        var lastGood: ReleaseBaseline? = WatchBench.lastGood
        /// Feeds the bench; `isOver`: just above the edge.
        let feed: @Sendable (_ bench: inout WatchBench, _ isOver: Bool) -> Void
        let trigger: RollbackTrigger
    }

    private static let ms = WatchBench.ms

    /// `slow` of every 1,800 parts, a minute's, take `latency`, over so many minutes.
    private static func minutes(_ bench: inout WatchBench, _ count: Int, slow: Int, latency: UInt64) {
        for _ in 0..<count {
            bench.parts(slow, latency: latency)
            bench.parts(1800 - slow)
        }
    }

    static let latency: [Case] = [
        // 1,800 parts: the p95 is the 1,710th, so 90 may be slower; the p99 is the 1,782nd, so 18 may.
        Case(
            testDescription: "p95 above 30 ms",
            lastGood: nil,
            feed: { minutes(&$0, 2, slow: $1 ? 91 : 90, latency: 31 * ms) }, trigger: .latency),
        Case(
            testDescription: "p95 of 30 ms is not above 30 ms",
            lastGood: nil,
            feed: { minutes(&$0, 2, slow: 400, latency: 30 * ms + ($1 ? 1 : 0)) }, trigger: .latency),
        Case(
            testDescription: "p99 above 45 ms",
            lastGood: nil,
            feed: { minutes(&$0, 2, slow: 40, latency: 45 * ms + ($1 ? 1 : 0)) }, trigger: .latency),
        Case(
            testDescription: "p99 above the last good's by a fifth",
            feed: { minutes(&$0, 2, slow: 40, latency: 30 * ms + ($1 ? 1 : 0)) }, trigger: .latency),
        Case(
            testDescription: "p99 of a fast model above the last good's by a millisecond",
            lastGood: ReleaseBaseline(parts: 5000, rejects: 0, failures: 0, p95: ms, p99: 2 * ms),
            feed: {
                $0.pitch = Span64.second / 20
                for _ in 0..<2 {
                    $0.parts(40, latency: 3 * ms + ($1 ? 1 : 0))
                    $0.parts(1160, latency: ms)
                }
            }, trigger: .latency),
        Case(
            testDescription: "two windows in a row",
            feed: {
                minutes(&$0, 1, slow: 100, latency: 40 * ms)
                minutes(&$0, 1, slow: $1 ? 100 : 0, latency: 40 * ms)
                minutes(&$0, 1, slow: $1 ? 0 : 100, latency: 40 * ms)
            }, trigger: .latency),
        Case(
            testDescription: "on a slow line a window lasts for 500 parts",
            feed: {
                $0.pitch = Span64.second
                $0.parts($1 ? 1000 : 999, latency: 40 * ms)
            }, trigger: .latency),
    ]

    static let failures: [Case] = [
        Case(testDescription: "three in a row", feed: { $0.failures($1 ? 3 : 2) }, trigger: .inferenceFailure),
        Case(
            testDescription: "three in a row, of any reason that is the release's",
            feed: {
                $0.failures(1, .timeout)
                $0.failures(1, .queueFull)
                $0.failures($1 ? 1 : 0, .inputInvalid)
            }, trigger: .inferenceFailure),
        Case(
            testDescription: "a part that the line lost is not in the row",
            feed: {
                $0.failures(2)
                $0.failures(1, .deviceFault)
                $0.failures($1 ? 1 : 0, .noModel)
            }, trigger: .inferenceFailure),
        Case(
            testDescription: "more than half a per cent of a thousand",
            feed: {
                for _ in 0..<($1 ? 6 : 5) {
                    $0.failures(1, .timeout)
                    $0.parts(160)
                }
            }, trigger: .inferenceFailure),
        Case(
            testDescription: "half a point above the last good's",
            lastGood: ReleaseBaseline(parts: 10_000, rejects: 0, failures: 10, p95: ms, p99: ms * 25),
            feed: {
                for _ in 0..<($1 ? 7 : 6) {
                    $0.failures(1, .timeout)
                    $0.parts(130)
                }
            }, trigger: .inferenceFailure),
        Case(
            testDescription: "old failures leave the thousand",
            feed: {
                $0.failures(1)
                $0.parts($1 ? 500 : 995)
                for _ in 0..<5 {
                    $0.failures(1)
                    $0.parts(1)
                }
            }, trigger: .inferenceFailure),
    ]

    static let rejects: [Case] = [
        // Of 300 parts at a baseline of 4 % of 10,000 (allowed: 4.6 %), 28 are too many and 27 are not.
        Case(
            testDescription: "beyond chance",
            feed: { $0.parts(300, rejects: $1 ? 32 : 24) }, trigger: .rejectRate),
        Case(
            testDescription: "from 300 parts on",
            feed: { for _ in 0..<($1 ? 300 : 299) { $0.part(.reject) } }, trigger: .rejectRate),
        Case(
            testDescription: "one and a half times",
            feed: { $0.parts(20_000, rejects: $1 ? 1300 : 1150) }, trigger: .rejectRate),
        Case(
            testDescription: "a last good that rejected nothing in 300 allows 2.9 %",
            lastGood: ReleaseBaseline(parts: 300, rejects: 0, failures: 0, p95: 0, p99: 25 * ms),
            feed: { $0.parts(1000, rejects: $1 ? 70 : 35) }, trigger: .rejectRate),
    ]

    static let escapes: [Case] = [
        Case(
            testDescription: "a golden reject passed",
            feed: {
                $0.hear($0.watch.goldenPart(expected: .reject, got: $1 ? .pass : .review, number: 1, at: $0.now))
            }, trigger: .escape),
        Case(
            testDescription: "a golden pass that passes is no escape",
            feed: {
                $0.hear($0.watch.goldenPart(expected: $1 ? .reject : .pass, got: .pass, number: 1, at: $0.now))
            }, trigger: .escape),
        Case(
            testDescription: "a part that was found defective",
            feed: {
                $0.parts(5)
                $0.hear($0.watch.confirmedEscape(part: $1 ? 1001 : 1000, at: $0.now))
            }, trigger: .escape),
        Case(
            testDescription: "the last good objects to more than one in a hundred",
            feed: { bench, isOver in
                for place in 0..<1000 { bench.part(.pass, shadow: place % 90 < (isOver ? 1 : 0) ? .reject : .pass) }
            }, trigger: .escape),
        Case(
            testDescription: "ten of a thousand may pass against it",
            feed: { bench, isOver in
                for _ in 0..<(isOver ? 11 : 10) {
                    bench.part(.pass, shadow: .reject)
                    for _ in 0..<80 { bench.part(.pass, shadow: .pass) }
                }
            }, trigger: .escape),
        Case(
            testDescription: "a review is no pass",
            feed: { bench, isOver in
                for _ in 0..<100 { bench.part(isOver ? .pass : .review, shadow: .reject) }
            }, trigger: .escape),
    ]

    static let health: [Case] = [
        Case(testDescription: "throttled", feed: { $0.sample(isThrottled: $1) }, trigger: .deviceHealth),
        Case(
            testDescription: "GPU memory above 3,072 MB",
            feed: { $0.sample(memory: $1 ? 3072.5 : 3072) }, trigger: .deviceHealth),
        Case(
            testDescription: "utilisation above 80 % for 60 s",
            feed: { for _ in 0...($1 ? 60 : 59) { $0.sample(utilisation: 0.81) } }, trigger: .deviceHealth),
        Case(
            testDescription: "utilisation of 80 % is not above 80 %",
            feed: { for _ in 0..<100 { $0.sample(utilisation: $1 ? 0.801 : 0.8) } }, trigger: .deviceHealth),
        Case(
            testDescription: "a breath restarts the minute",
            feed: {
                for _ in 0..<40 { $0.sample(utilisation: 0.9) }
                $0.sample(utilisation: $1 ? 0.9 : 0.1)
                for _ in 0..<40 { $0.sample(utilisation: 0.9) }
            }, trigger: .deviceHealth),
        Case(
            testDescription: "so does a gap that nobody looked into",
            feed: {
                for _ in 0..<40 { $0.sample(utilisation: 0.9) }
                $0.sample(after: $1 ? 5 : 6, utilisation: 0.9)
                for _ in 0..<40 { $0.sample(utilisation: 0.9) }
            }, trigger: .deviceHealth),
        Case(
            testDescription: "the clock more than 50 ms off",
            feed: { $0.sample(clockOffset: 50 * ms + ($1 ? 1 : 0)) }, trigger: .deviceHealth),
        Case(
            testDescription: "three crashes in ten minutes",
            feed: { for _ in 0..<($1 ? 3 : 2) { $0.crash(after: 299) } }, trigger: .deviceHealth),
        Case(
            testDescription: "crashes within ten minutes of each other",
            feed: { for _ in 0..<3 { $0.crash(after: $1 ? 300 : 301) } }, trigger: .deviceHealth),
    ]

    static let all = latency + failures + rejects + escapes + health

    @Test(arguments: all) func justBelowNothing(_ testCase: Case) {
        var bench = WatchBench(testCase.settings, lastGood: testCase.lastGood)
        testCase.feed(&bench, false)
        #expect(bench.words == [])
        #expect(bench.watch.phase == .watching)
    }

    @Test(arguments: all) func justAboveItIsTakenBackOnce(_ testCase: Case) {
        var bench = WatchBench(testCase.settings, lastGood: testCase.lastGood)
        testCase.feed(&bench, true)
        testCase.feed(&bench, true)
        #expect(bench.words == ["back \(testCase.trigger.rawValue)"])
        #expect(bench.watch.phase == .rolledBack)
        #expect(bench.decisions.first?.report?.evidence.isEmpty == false)
    }

    /// A trigger that is off says nothing.
    @Test(arguments: all) func offMeansOff(_ testCase: Case) {
        var settings = testCase.settings
        settings.latency.isOn = false
        settings.inferenceFailure.isOn = false
        settings.rejectRate.isOn = false
        settings.escape.isOn = false
        settings.deviceHealth.isOn = false
        var bench = WatchBench(settings, lastGood: testCase.lastGood)
        testCase.feed(&bench, true)
        #expect(bench.words == [])
    }

    @Test func aReleaseThatCannotBeLoadedGoesBackAtOnce() {
        var bench = WatchBench()
        bench.hear(bench.watch.loadFailed("no such operator", at: bench.now))
        #expect(bench.words == ["back INFERENCE_FAILURE"])
        #expect(bench.decisions[0].report?.evidence.contains("no such operator") == true)
    }
}
