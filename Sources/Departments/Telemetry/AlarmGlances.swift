internal import Core

/// What metric alarms were when they were last judged: one is judged again only where something else may come of it.
struct AlarmGlances: Sendable {
    private struct Glance {
        let record: DatumMap
        let series: [String]
        let minute: Int64
        let arrivals: UInt64
    }

    /// When an alarm is looked at, and what had come in for its series by then.
    struct Moment: Sendable {
        let series: [String]
        let arrivals: UInt64
        fileprivate let minute: Int64
    }

    private var last: [String: Glance] = [:]

    /// Nil where neither the alarm, nor the minute, nor its points have changed since it was last judged. Arrivals are
    /// counted before points are read: what comes in between is seen the next time.
    func moment(_ alarm: Alarm, at now: Int64, _ arrivals: SeriesArrivals) -> Moment? {
        let minute = now / 60_000
        guard let glance = last[alarm.name], glance.record == alarm.record else {
            let series = AlarmMetric(alarm.record).series
            return Moment(series: series, arrivals: arrivals.count(of: series), minute: minute)
        }
        let count = arrivals.count(of: glance.series)
        if glance.minute == minute, glance.arrivals == count { return nil }
        return Moment(series: glance.series, arrivals: count, minute: minute)
    }

    /// It was judged, and is what it has to be.
    mutating func note(_ alarm: Alarm, _ moment: Moment) {
        last[alarm.name] = Glance(
            record: alarm.record, series: moment.series, minute: moment.minute, arrivals: moment.arrivals)
    }

    /// Those that are gone leave nothing.
    mutating func forget(allBut names: Set<String>) { last = last.filter { names.contains($0.key) } }

    var count: Int { last.count }
}
