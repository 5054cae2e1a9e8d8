internal import AWSProtocol
internal import Core
internal import Records

/// What an alarm watches, and the plan that judges it, as its record has them.
struct AlarmMetric: Sendable {
    let plan: AlarmPlan
    private let record: DatumMap

    init(_ record: DatumMap) {
        self.record = record
        let stats = (record["Metrics"]?.list ?? []).compactMap { $0["MetricStat"] }
        let own = record["Statistic"]?.text ?? record["ExtendedStatistic"]?.text
        let periods = record["EvaluationPeriods"]?.whole ?? 1
        var plan = AlarmPlan(
            period: Int64(record["Period"]?.whole ?? stats.first?["Period"]?.whole ?? 60), periods: periods,
            pointsToAlarm: record["DatapointsToAlarm"]?.whole ?? periods,
            comparison: record["ComparisonOperator"]?.text.flatMap(AlarmComparison.init) ?? .greater,
            threshold: record["Threshold"]?.number ?? 0)
        plan.missing = record["TreatMissingData"]?.text.flatMap(AlarmPlan.Missing.init) ?? .missing
        plan.statistic = own
        plan.unit = record["Unit"]?.text
        plan.statistics = (own.map { [$0] } ?? []) + stats.compactMap { $0["Stat"]?.text }
        if record["EvaluateLowSampleCountPercentile"]?.text == "ignore" {
            plan.samplesMin = record["ExtendedStatistic"]?.text.map(Self.samplesMin) ?? 0
        }
        self.plan = plan
    }

    /// As AWS has it: 10 / (1 - share) from the middle up, 10 / share below.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html>
    private static func samplesMin(_ statistic: String) -> Double {
        guard let share = MetricPoint.percentile(statistic), share > 0, share < 1 else { return 0 }
        return 10 / min(share, 1 - share)
    }

    /// The metrics that its points are of.
    var series: [String] {
        guard let queries = record["Metrics"]?.list else { return [key] }
        return queries.compactMap { $0["MetricStat"] }.map(MetricQuery.key)
    }

    private var key: String {
        MetricsDesk.key(
            record["Namespace"]?.text ?? "", record["MetricName"]?.text ?? "", record["Dimensions"]?.list ?? [])
    }

    func judge(by desk: MetricsDesk, at now: Int64) throws(ServiceProblem) -> AlarmFinding? {
        plan.judge(try points(desk, at: now), at: now)
    }

    /// What its metric came to, or its arithmetic over several.
    func points(_ desk: MetricsDesk, at now: Int64) throws(ServiceProblem) -> [AlarmPoint] {
        let span = plan.span(at: now)
        guard let queries = record["Metrics"]?.list else { return try own(desk, span) }
        let lines = try MetricQuery.lines(queries, desk) { _ in span }
        let shown = queries.first { $0["ReturnData"]?.bool ?? true }?["Id"]?.text ?? ""
        return MetricQuery.one(lines[shown] ?? []).filter { $1.isFinite }.map {
            AlarmPoint(at: $0.key, value: $0.value)
        }
    }

    private func own(_ desk: MetricsDesk, _ span: MetricSpan) throws(ServiceProblem) -> [AlarmPoint] {
        let word = plan.statistic ?? ""
        return try desk.points(of: key, in: plan.unit, span).one.compactMap { point in
            point.value(word).map { AlarmPoint(at: point.at, value: $0, samples: point.count) }
        }
    }
}
