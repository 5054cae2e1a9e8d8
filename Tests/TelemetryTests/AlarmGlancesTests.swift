import Core
import Testing

@testable import Telemetry

/// When a metric alarm is judged again. Times are milliseconds; a minute begins at 0.
@Suite struct AlarmGlancesTests {
    private static let record: DatumMap = ["AlarmName": "hot", "Namespace": "Line", "MetricName": "Heat"]
    private static let key = MetricsDesk.key("Line", "Heat", [])

    private let arrivals = SeriesArrivals()
    private var glances = AlarmGlances()

    private func isJudged(_ record: DatumMap = record, at now: Int64) -> Bool {
        glances.moment(Alarm(record), at: now, arrivals) != nil
    }

    private mutating func judge(_ record: DatumMap = record, at now: Int64) throws {
        glances.note(Alarm(record), try #require(glances.moment(Alarm(record), at: now, arrivals)))
    }

    @Test mutating func oneMinuteIsJudgedOnce() throws {
        #expect(isJudged(at: 60_000))
        #expect(isJudged(at: 62_000), "who was not judged is still to be")
        try judge(at: 62_000)
        #expect(!isJudged(at: 62_000) && !isJudged(at: 119_999))
        #expect(isJudged(at: 120_000))
        #expect(isJudged(at: 59_999), "a clock may go back")
    }

    @Test mutating func pointsOfItsOwnSeriesCount() throws {
        try judge(at: 0)
        arrivals.note([MetricsDesk.key("Line", "Heat", [["Name": "Station", "Value": "7"]])])
        #expect(!isJudged(at: 2000))
        arrivals.note([Self.key])
        #expect(isJudged(at: 2000))
        try judge(at: 2000)
        #expect(!isJudged(at: 4000))
    }

    /// What comes in while an alarm is judged is not passed over.
    @Test mutating func pointsInBetweenCount() throws {
        let moment = try #require(glances.moment(Alarm(Self.record), at: 0, arrivals))
        arrivals.note([Self.key])
        glances.note(Alarm(Self.record), moment)
        #expect(isJudged(at: 2000))
    }

    @Test mutating func seriesOfArithmeticCount() throws {
        let queries: [Datum] = ["Heat", "Cold"].map { name in
            ["Id": .text(name), "MetricStat": ["Metric": ["Namespace": "Line", "MetricName": .text(name)]]]
        }
        let record: DatumMap = ["AlarmName": "odd", "Metrics": .list(queries + [["Id": "e", "Expression": "1"]])]
        #expect(AlarmMetric(record).series == [Self.key, MetricsDesk.key("Line", "Cold", [])])
        try judge(record, at: 0)
        arrivals.note([MetricsDesk.key("Line", "Cold", [])])
        #expect(isJudged(record, at: 2000))
    }

    @Test mutating func whatIsPutOrSetIsJudged() throws {
        try judge(at: 0)
        var changed = Self.record
        changed["StateValue"] = "ALARM"
        #expect(isJudged(changed, at: 2000))
        try judge(changed, at: 2000)
        #expect(!isJudged(changed, at: 4000))
        glances.forget(allBut: ["another"])
        #expect(glances.count == 0 && isJudged(changed, at: 4000))
    }

    /// A state that was set by hand is seen for a while; a clock that has gone back does not make that longer.
    @Test(arguments: [(9_999, false), (10_000, true), (12_999, true), (13_000, false)] as [(Int64, Bool)])
    func aHandHoldsForAWhile(_ now: Int64, _ isHeld: Bool) {
        var alarm = Alarm(Self.record)
        alarm.note(setByHandAt: 10_000)
        #expect(alarm.isHeld(at: now) == isHeld)
        #expect(!Alarm(Self.record).isHeld(at: now))
    }
}
