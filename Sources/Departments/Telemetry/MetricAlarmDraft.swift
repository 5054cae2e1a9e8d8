internal import AWSProtocol
internal import Core

/// What PutMetricAlarm says of a metric and its threshold, checked.
struct MetricAlarmDraft: Sendable {
    private static let day = 86_400
    private static let hour = 3600
    private static let queriesMax = 20
    private static let single = [
        "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit",
    ]
    private static let judged = [
        "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData",
        "EvaluateLowSampleCountPercentile",
    ]

    static let members = [
        Member("MetricName", 1...255), Member("Namespace", 1...255), Member("Statistic", words: statistics),
        Member("ExtendedStatistic", 1...20), MetricOperations.dimensions, Member("Period", .whole, 1...Int.max),
        Member("Unit", words: MetricUnit.names), Member("EvaluationPeriods", .whole, required: true, 1...Int.max),
        Member("DatapointsToAlarm", .whole, 1...Int.max), Member("Threshold", .number),
        Member(
            "ComparisonOperator", required: true,
            words: AlarmComparison.allCases.map(\.rawValue) + AlarmComparison.ofBands),
        Member("TreatMissingData", words: AlarmPlan.Missing.allCases.map(\.rawValue)),
        Member("EvaluateLowSampleCountPercentile", words: ["evaluate", "ignore"]),
        Member("Metrics", .list(MetricQuery.shape), 0...queriesMax),
    ]
    private static let statistics = MetricOperations.statistics

    /// The members of the alarm's record.
    let record: DatumMap

    init(_ call: Call) throws(ServiceProblem) {
        let queries = call.list("Metrics")
        for query in queries { try MetricOperations.check(account: query["AccountId"]?.text, call) }
        let period = queries.isEmpty ? try Self.checkedPeriod(ofOne: call) : try Self.checkedPeriod(queries, call)
        try Self.checkJudgement(call, period: period)
        var record = DatumMap()
        for name in Self.single + Self.judged { record[name] = call.input[name] }
        if queries.isEmpty { record["Dimensions"] = .list(call.list("Dimensions")) }
        if !queries.isEmpty { record["Metrics"] = .list(queries) }
        self.record = record
    }

    private static func checkedPeriod(ofOne call: Call) throws(ServiceProblem) -> Int {
        guard call.text("MetricName") != nil, call.text("Namespace") != nil else {
            throw AlarmOperations.refusal("Either Metrics or both of MetricName and Namespace must be specified.")
        }
        guard (call.text("Statistic") == nil) != (call.text("ExtendedStatistic") == nil) else {
            throw AlarmOperations.refusal("Exactly one of Statistic and ExtendedStatistic must be specified.")
        }
        if let word = call.text("ExtendedStatistic"), MetricPoint.percentile(word) == nil {
            throw MetricOperations.invalid(
                "The value \(word) for parameter ExtendedStatistic is not supported: it may be p0 to p100."
            )
        }
        guard let period = call.whole("Period") else { throw AlarmOperations.refusal("Period must be specified.") }
        return try checked(period)
    }

    /// Arithmetic goes over points of the same times, so that all of them have one period.
    private static func checkedPeriod(_ queries: [Datum], _ call: Call) throws(ServiceProblem) -> Int {
        if let stranger = single.first(where: { !(call.input[$0] ?? .null).isNull }) {
            throw AlarmOperations.refusal("\(stranger) and Metrics cannot be given together.")
        }
        guard queries.count(where: { $0["ReturnData"]?.bool ?? true }) == 1 else {
            throw AlarmOperations.refusal("Exactly one element of the metrics list should return data.")
        }
        let periods = Set(queries.compactMap { $0["MetricStat"]?["Period"]?.whole ?? $0["Period"]?.whole })
        guard let period = periods.first, periods.count == 1 else {
            throw AlarmOperations.refusal("All elements of the metrics list must have one and the same Period.")
        }
        return try checked(period)
    }

    private static func checked(_ period: Int) throws(ServiceProblem) -> Int {
        guard period >= 60, period % 60 == 0 else {
            throw AlarmOperations.refusal(
                "This hub keeps metrics by the minute: Period must be a multiple of 60, not \(period).")
        }
        return period
    }

    private static func checkJudgement(_ call: Call, period: Int) throws(ServiceProblem) {
        if AlarmComparison(rawValue: call["ComparisonOperator"]) == nil {
            throw AlarmOperations.refusal(
                "\(call["ComparisonOperator"]) is for anomaly detection, which this hub does not offer.")
        }
        guard let threshold = call.input["Threshold"]?.number, threshold.isFinite else {
            throw AlarmOperations.refusal("Threshold must be specified, and a number.")
        }
        let periods = call.whole("EvaluationPeriods") ?? 1
        guard call.whole("DatapointsToAlarm") ?? 1 <= periods else {
            throw AlarmOperations.refusal("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
        }
        let longest = period < hour ? day : 7 * day
        guard periods <= longest / period else {
            throw AlarmOperations.refusal(
                "Metrics cannot be checked across more than \(longest / day) day\(longest == day ? "" : "s") "
                    + "(EvaluationPeriods * Period must be <= \(longest)).")
        }
        if call.text("EvaluateLowSampleCountPercentile") != nil, call.text("ExtendedStatistic") == nil {
            throw AlarmOperations.refusal("EvaluateLowSampleCountPercentile needs an ExtendedStatistic.")
        }
    }
}
