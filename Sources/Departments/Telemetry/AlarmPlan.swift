/// What a metric came to in a period, which begins at a second since 1970.
struct AlarmPoint: Hashable, Sendable {
    let at: Int64
    let value: Double
    /// Of how many samples; nil where that is not known.
    var samples: Double?
}

/// Decides what its metric's points make of an alarm. Pure: no clock, no disk.
///
/// What is missing is treated as AWS has it:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html>
struct AlarmPlan: Hashable, Sendable {
    enum Missing: String, CaseIterable, Sendable {
        case missing, ignore, breaching, notBreaching
    }

    /// So many periods more than are judged are looked at: older points stand in for those that are missing.
    static let periodsMore = 2
    private static let growing = ["Sum", "SampleCount"]

    /// Seconds.
    let period: Int64
    let periods: Int
    let pointsToAlarm: Int
    let comparison: AlarmComparison
    let threshold: Double
    var missing = Missing.missing
    /// What is watched, for the reason; nil for arithmetic over several.
    var statistic: String?
    var unit: String?
    /// What the values are made of.
    var statistics: [String] = []
    /// Fewer samples say nothing about a percentile.
    var samplesMin = 0.0

    /// Nil where the points say nothing new: the alarm stays what it is. `now` in milliseconds.
    func judge(_ points: [AlarmPoint], at now: Int64) -> AlarmFinding? {
        let window = window(points, at: now)
        let judged = Array(window.compactMap(\.self).suffix(periods))
        if let samples = judged.last?.samples, samples < samplesMin { return nil }
        guard let value = value(of: window, judged) else { return nil }
        let reason = AlarmReason(plan: self, value: value, points: judged, unknown: periods - judged.count)
        return AlarmFinding(value: value, reason: reason.text, data: reason.data(at: now))
    }

    func isBreaching(_ point: AlarmPoint) -> Bool { comparison.holds(point.value, threshold) }

    // MARK: what is looked at

    /// From the first second that is looked at to the end of the period that runs.
    func span(at now: Int64) -> MetricSpan {
        let running = running(now)
        return MetricSpan(
            from: running - Int64(periods + Self.periodsMore) * period, until: running + period, period: period)
    }

    private func running(_ now: Int64) -> Int64 { now / 1000 / period * period }

    /// The latest periods, the oldest first; those without a point are missing. The period that runs is the last of
    /// them only where it may be judged already.
    private func window(_ points: [AlarmPoint], at now: Int64) -> [AlarmPoint?] {
        let known = Dictionary(points.map { ($0.at, $0) }) { $1 }
        let running = running(now)
        let count = periods + Self.periodsMore
        let complete = (0..<count).map { known[running - Int64(count - $0) * period] }
        guard let early = known[running], mayBeJudgedEarly(early, after: complete) else { return complete }
        return complete.dropFirst() + [early]
    }

    /// A period that runs is judged where it is too bad to wait, or all there is: a good beginning ends no alarm. What
    /// grows with each sample is small at first and says nothing about a lower limit.
    private func mayBeJudgedEarly(_ point: AlarmPoint, after complete: [AlarmPoint?]) -> Bool {
        if comparison.isBelow, statistics.contains(where: Self.growing.contains) { return false }
        return isBreaching(point) || complete.allSatisfy { $0 == nil }
    }

    // MARK: what comes of it

    private func value(of window: [AlarmPoint?], _ judged: [AlarmPoint]) -> AlarmValue? {
        let breaching = judged.count(where: isBreaching)
        let unknown = periods - judged.count
        if breaching >= pointsToAlarm { return .alarm }
        if unknown == 0 { return .ok }
        switch missing {
        case .breaching: return breaching + unknown >= pointsToAlarm ? .alarm : .ok
        case .notBreaching: return .ok
        case .ignore: return breaching < judged.count ? .ok : nil
        case .missing:
            if judged.isEmpty { return .insufficientData }
            if breaching < judged.count { return .ok }
            return isOldEnough(window) ? .alarm : nil
        }
    }

    /// Too few points, and all of them bad: whether the next could still be a good one is a question of the oldest.
    // > alarms are designed to always go into ALARM state when the oldest available breaching datapoint ... is at least
    // > as old as the value of Datapoints to Alarm, and all other more recent data points are breaching or missing.
    private func isOldEnough(_ window: [AlarmPoint?]) -> Bool {
        guard let oldest = window.firstIndex(where: { $0 != nil }) else { return false }
        return window.count - oldest >= pointsToAlarm
    }
}
