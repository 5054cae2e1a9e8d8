import Core
import Testing

@testable import Telemetry

/// What points make of an alarm, with AWS's own tables for points that are missing.
@Suite struct AlarmPlanTests {
    private static let period: Int64 = 60
    /// In the middle of a minute, in milliseconds.
    private static let now: Int64 = 1_800_000_030_000

    /// More than 1 breaches.
    private static func plan(
        _ points: Int, of periods: Int, _ comparison: AlarmComparison = .greater,
        _ missing: AlarmPlan.Missing = .missing
    ) -> AlarmPlan {
        var plan = AlarmPlan(
            period: period, periods: periods, pointsToAlarm: points, comparison: comparison, threshold: 1)
        plan.missing = missing
        plan.statistic = "Average"
        plan.statistics = ["Average"]
        return plan
    }

    /// `0 - X` is a good period, one without data, and a bad one, the oldest first. What stands behind a bar is the
    /// period that runs.
    private static func points(_ row: String) -> [AlarmPoint] {
        let parts = row.split(separator: "|", omittingEmptySubsequences: false)
        let running = now / 1000 / period * period
        let complete = parts[0].split(separator: " ")
        var points: [AlarmPoint] = []
        for (place, word) in complete.enumerated() where word != "-" {
            let at = running - Int64(complete.count - place) * period
            points.append(AlarmPoint(at: at, value: word == "X" ? 5 : 0, samples: 1))
        }
        if parts.count > 1, let word = parts[1].split(separator: " ").first {
            points.append(AlarmPoint(at: running, value: word == "X" ? 5 : 0, samples: 1))
        }
        return points
    }

    private static func value(_ word: String) -> AlarmValue? {
        switch word {
        case "ALARM": .alarm
        case "OK": .ok
        case "INSUFFICIENT": .insufficientData
        default: nil
        }
    }

    struct Row: Sendable {
        let points: String
        /// Missing, ignore, breaching, not breaching; `same` is the state as it was.
        let values: String
    }

    @Test(arguments: [
        Row(points: "0 - X - X", values: "OK OK OK OK"),
        Row(points: "0 - - - -", values: "OK OK OK OK"),
        Row(points: "- - - - -", values: "INSUFFICIENT same ALARM OK"),
        Row(points: "0 X X - X", values: "ALARM ALARM ALARM ALARM"),
        Row(points: "- - X - -", values: "ALARM same ALARM OK"),
        // Too young for an alarm: the next may be a good one.
        Row(points: "- - - X -", values: "same same ALARM OK"),
        Row(points: "- - - - X", values: "same same ALARM OK"),
    ])
    func threeOfThree(_ row: Row) { check(row, 3) }

    @Test(arguments: [
        Row(points: "0 - X - X", values: "ALARM ALARM ALARM ALARM"),
        Row(points: "0 0 X 0 X", values: "ALARM ALARM ALARM ALARM"),
        Row(points: "0 - X - -", values: "OK OK ALARM OK"),
        Row(points: "- - - - 0", values: "OK OK ALARM OK"),
        Row(points: "- - - X -", values: "ALARM same ALARM OK"),
        Row(points: "X X 0 0 X", values: "OK OK OK OK"),
    ])
    func twoOfThree(_ row: Row) { check(row, 2) }

    private func check(_ row: Row, _ points: Int) {
        for (missing, word) in zip(AlarmPlan.Missing.allCases, row.values.split(separator: " ")) {
            let plan = Self.plan(points, of: 3, .greater, missing)
            let found = plan.judge(Self.points(row.points), at: Self.now)?.value
            #expect(found == Self.value(String(word)), "\(row.points) with \(missing)")
        }
    }

    @Test(arguments: [
        // A bad point alarms while its minute runs; a good one waits for the minute's end.
        ("0 0 0 | X", "ALARM"), ("0 0 X | 0", "ALARM"), ("X X 0 | 0", "OK"), ("0 0 0 | 0", "OK"),
        // It is all there is.
        ("- - - | X", "ALARM"), ("- - - | 0", "OK"),
        // A minute without data yet is no minute without data.
        ("- - X |", "ALARM"), ("X - - |", "ALARM"), ("- - - |", "INSUFFICIENT"),
    ])
    func theMinuteThatRuns(_ points: String, _ wanted: String) {
        #expect(Self.plan(1, of: 1).judge(Self.points(points), at: Self.now)?.value == Self.value(wanted))
    }

    @Test(arguments: [
        ("Sum", "X X X | 0", "OK"), ("SampleCount", "- - - | 0", "INSUFFICIENT"), ("Minimum", "X X X | 0", "ALARM"),
        ("Sum", "X X 0 | X", "ALARM"),
    ])
    func whatGrowsIsNotSmallBeforeItsTime(_ statistic: String, _ points: String, _ wanted: String) {
        var plan = Self.plan(1, of: 1, .less)
        plan.statistics = [statistic]
        #expect(plan.judge(Self.points(points), at: Self.now)?.value == Self.value(wanted))
    }

    @Test(
        arguments: [
            (.greater, 1, false), (.greaterOrEqual, 1, true), (.less, 1, false), (.lessOrEqual, 1, true),
            (.greater, 1.5, true), (.greaterOrEqual, 0.5, false), (.less, 0.5, true), (.lessOrEqual, 1.5, false),
        ] as [(AlarmComparison, Double, Bool)])
    func comparisons(_ comparison: AlarmComparison, _ value: Double, _ isAlarm: Bool) {
        let point = AlarmPoint(at: Self.now / 1000 / 60 * 60 - 60, value: value)
        #expect(Self.plan(1, of: 1, comparison).judge([point], at: Self.now)?.value == (isAlarm ? .alarm : .ok))
    }

    @Test func periodsLieAtTheirMultiples() {
        let plan = AlarmPlan(period: 300, periods: 2, pointsToAlarm: 2, comparison: .greater, threshold: 1)
        let span = plan.span(at: 1_800_000_130_000)
        #expect([span.from, span.until, span.period] == [1_799_998_800, 1_800_000_300, 300])
    }

    @Test func tooFewSamplesSayNothing() {
        var plan = Self.plan(1, of: 1)
        plan.samplesMin = 2
        #expect(plan.judge(Self.points("- - X"), at: Self.now) == nil)
    }

    // MARK: reasons

    struct Told: Sendable {
        let points: String
        let pointsToAlarm: Int
        var missing = AlarmPlan.Missing.missing
        let text: String
    }

    @Test(arguments: [
        Told(
            points: "0 0 X", pointsToAlarm: 1,
            text: """
                Threshold Crossed: 1 out of the last 1 datapoints [5.0 (15/01/27 07:59:00)] was greater than the \
                threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).
                """),
        Told(
            points: "X 0 0", pointsToAlarm: 2,
            text: """
                Threshold Crossed: 2 out of the last 2 datapoints [0.0 (15/01/27 07:58:00), 0.0 (15/01/27 07:59:00)] \
                were not greater than the threshold (1.0) (minimum 1 datapoint for ALARM -> OK transition).
                """),
        Told(points: "- - -", pointsToAlarm: 1, text: "Insufficient Data: 1 datapoint was unknown."),
        Told(points: "- - -", pointsToAlarm: 2, text: "Insufficient Data: 2 datapoints were unknown."),
        Told(
            points: "- - -", pointsToAlarm: 1, missing: .breaching,
            text: """
                Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as \
                [Breaching].
                """),
        Told(
            points: "- - -", pointsToAlarm: 2, missing: .notBreaching,
            text: """
                Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as \
                [NonBreaching].
                """),
    ])
    func reasons(_ told: Told) {
        let plan = Self.plan(told.pointsToAlarm, of: told.pointsToAlarm, .greater, told.missing)
        #expect(plan.judge(Self.points(told.points), at: Self.now)?.reason == told.text)
    }

    @Test func reasonData() {
        let found = Self.plan(1, of: 1).judge(Self.points("0 0 X"), at: Self.now)
        let text = found?.data ?? ""
        #expect(text.hasPrefix(#"{"version":"1.0","queryDate":"2027-01-15T08:00:30.000+0000","#))
        #expect(text.contains(#""startDate":"2027-01-15T07:59:00.000+0000","statistic":"Average","period":60,"#))
        #expect(text.contains(#""evaluatedDatapoints":[{"timestamp":"2027-01-15T07:59:00.000+0000","sampleCount":1"#))
    }

    /// A reason may have 1,023 letters, and its data 4,000.
    @Test func longReasonsAreShort() {
        let row = Array(repeating: "X", count: 1442).joined(separator: " ")
        let found = Self.plan(1440, of: 1440).judge(Self.points(row), at: Self.now)
        #expect(found?.value == .alarm)
        #expect((found?.reason.count ?? .max) <= 1023)
        #expect((found?.data?.count ?? .max) <= 4000)
    }
}
