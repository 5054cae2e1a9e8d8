internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// What can be put into metrics and asked of them.
struct MetricOperations: Sendable {
    let desk: MetricsDesk
    private static let pointsMax = 1440
    private static let old: Int64 = 14 * 86_400
    private static let new: Int64 = 2 * 3600
    static let statistics = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]
    static let dimensions = Member(
        "Dimensions",
        .list(.structure([Member("Name", required: true, 1...255), Member("Value", required: true, 1...1024)])), 0...30)
    private static let namespace = Member("Namespace", required: true, 1...255, marks: "._-/#: ")
    private static let name = Member("MetricName", required: true, 1...255)

    var all: [Operation] {
        let datum = Shape.structure([
            Self.name, Self.dimensions, Member("Timestamp", .time), Member("Value", .number),
            Member(
                "StatisticValues",
                .structure([
                    Member("SampleCount", .number, required: true), Member("Sum", .number, required: true),
                    Member("Minimum", .number, required: true), Member("Maximum", .number, required: true),
                ])), Member("Values", .list(.number), 0...150), Member("Counts", .list(.number), 0...150),
            Member("Unit"),
            Member("StorageResolution", .whole),
        ])
        let filter = Shape.structure([Member("Name", required: true, 1...255), Member("Value", 1...1024)])
        return [
            Operation(
                "PutMetricData", [Self.namespace, Member("MetricData", .list(datum), required: true, 1...1000)]
            ) { call throws(ServiceProblem) in try put(call) },
            Operation(
                "ListMetrics",
                [
                    Member("Namespace", 1...255), Member("MetricName", 1...255),
                    Member("Dimensions", .list(filter), 0...10), Member("NextToken"), Member("RecentlyActive"),
                ]
            ) { call throws(ServiceProblem) in try list(call) },
            Operation(
                "GetMetricStatistics",
                [
                    Self.namespace, Self.name, Self.dimensions, Member("StartTime", .time, required: true),
                    Member("EndTime", .time, required: true), Member("Period", .whole, required: true, 1...Int.max),
                    Member("Statistics", .list(.text), 0...5), Member("ExtendedStatistics", .list(.text), 0...10),
                    Member("Unit"),
                ]
            ) { call throws(ServiceProblem) in try statistics(call) },
            Operation(
                "GetMetricData",
                [
                    Member("MetricDataQueries", .list(MetricQuery.shape), required: true, 1...500),
                    Member("StartTime", .time, required: true), Member("EndTime", .time, required: true),
                    Member("NextToken"), Member("MaxDatapoints", .whole),
                    Member("ScanBy", words: ["TimestampDescending", "TimestampAscending"]),
                ]
            ) { call throws(ServiceProblem) in try MetricQuery.answer(call, desk) },
        ]
    }

    static func invalid(_ why: String) -> ServiceProblem { ServiceProblem(MetricProblem.invalidCode, why) }

    // MARK: putting

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let now = Int64(WallClock.milliseconds) / 1000
        var samples: [MetricSample] = []
        for datum in call.list("MetricData") { samples.append(try Self.sample(datum, call["Namespace"], now)) }
        try desk.take(samples)
        return .null
    }

    static func sample(
        _ datum: Datum, _ namespace: String, _ now: Int64
    ) throws(ServiceProblem) -> MetricSample {
        let at = datum["Timestamp"]?.number.map { Int64($0) } ?? now
        guard at >= now - old, at <= now + new else {
            throw invalid(
                "The parameter MetricData.Timestamp must be within the past two weeks and the next two hours.")
        }
        var point = MetricPoint(at: at)
        if let value = datum["Value"]?.number { point.add(try finite(value)) }
        if let summary = datum["StatisticValues"], let count = summary["SampleCount"]?.number,
            let sum = summary["Sum"]?.number, let least = summary["Minimum"]?.number,
            let most = summary["Maximum"]?.number
        {
            guard count > 0, least <= most else {
                throw invalid("The parameter MetricData.StatisticValues is not consistent.")
            }
            point.add(count: try finite(count), sum: try finite(sum), least: try finite(least), most: try finite(most))
        }
        let values = datum["Values"]?.list?.compactMap(\.number) ?? []
        let counts = datum["Counts"]?.list?.compactMap(\.number) ?? values.map { _ in 1 }
        guard values.count == counts.count else {
            throw invalid("The parameters MetricData.Values and MetricData.Counts must be of the same length.")
        }
        for (value, times) in zip(values, counts) where times > 0 { point.add(try finite(value), times: times) }
        guard point.count > 0 else {
            throw ServiceProblem(
                "MissingRequiredParameterException",
                "At least one of the parameters Value, Values or StatisticValues must be specified."
            )
        }
        return MetricSample(
            namespace: namespace, name: datum["MetricName"]?.text ?? "", dimensions: datum["Dimensions"]?.list ?? [],
            unit: datum["Unit"]?.text ?? "None", at: at, point: point)
    }

    private static func finite(_ value: Double) throws(ServiceProblem) -> Double {
        guard value.isFinite, abs(value) < 1e300 else { throw invalid("The value \(value) is not supported.") }
        return value
    }

    // MARK: asking

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = desk.shelf.records
        let wanted = call.list("Dimensions")
        let keys = records.keys(MetricsDesk.series).filter { key in
            guard let series = records[MetricsDesk.series, key] else { return false }
            let dimensions = series["Dimensions"]?.list ?? []
            return (call.text("Namespace").map { series["Namespace"]?.text == $0 } ?? true)
                && (call.text("MetricName").map { series["MetricName"]?.text == $0 } ?? true)
                && wanted.allSatisfy { filter in
                    dimensions.contains {
                        $0["Name"] == filter["Name"] && (filter["Value"] == nil || $0["Value"] == filter["Value"])
                    }
                }
        }
        let (part, next) = try Paging.part(
            keys, token: call.text("NextToken"), limit: 500, invalid: MetricProblem.invalidCode)
        let rows = part.compactMap { records[MetricsDesk.series, $0] }.map { series -> Datum in
            [
                "Namespace": series["Namespace"] ?? .null, "MetricName": series["MetricName"] ?? .null,
                "Dimensions": series["Dimensions"] ?? [],
            ]
        }
        return ["Metrics": .list(rows), "NextToken": next.map(Datum.text) ?? .null]
    }

    private func statistics(_ call: Call) throws(ServiceProblem) -> Datum {
        let (plain, extended) = (call.texts("Statistics"), call.texts("ExtendedStatistics"))
        guard !plain.isEmpty || !extended.isEmpty else {
            throw ServiceProblem(
                "MissingRequiredParameterException", "Either Statistics or ExtendedStatistics must be specified.")
        }
        for word in plain where !Self.statistics.contains(word) {
            throw Self.invalid("The value \(word.prefix(40)) for parameter Statistics is not supported.")
        }
        for word in extended where MetricPoint.percentile(word) == nil {
            throw Self.invalid("The value \(word.prefix(40)) for parameter ExtendedStatistics is not supported.")
        }
        let span = try MetricSpan(call, period: call.whole("Period") ?? 60)
        guard span.count <= Self.pointsMax else {
            throw ServiceProblem(
                "InvalidParameterCombinationException",
                "You have requested up to \(span.count) datapoints, which exceeds the limit of \(Self.pointsMax).")
        }
        let key = MetricsDesk.key(call["Namespace"], call["MetricName"], call.list("Dimensions"))
        let series = desk.shelf.records[MetricsDesk.series, key]
        let unit = series?["Unit"]?.text ?? "None"
        // Who asks for another unit than came in gets nothing, as with AWS.
        let isOther = call.text("Unit").map { $0 != unit } ?? false
        let points = isOther ? [] : try desk.points(series, span)
        let rows = points.map { point -> Datum in
            var row = DatumMap([("Timestamp", call.time(point.at * 1000)), ("Unit", .text(unit))])
            for word in plain { row[word] = point.value(word).map(Datum.number) }
            let known = extended.compactMap { word in point.value(word).map { (word, Datum.number($0)) } }
            if !known.isEmpty { row["ExtendedStatistics"] = call.map(known) }
            return .map(row)
        }
        return ["Label": .text(call["MetricName"]), "Datapoints": .list(rows)]
    }
}

/// From when to when, and in periods of how many seconds.
struct MetricSpan: Sendable {
    let from: Int64
    let until: Int64
    let period: Int64

    var count: Int { Int((until - from) / period) }

    init(_ call: Call, period: Int) throws(ServiceProblem) {
        let (from, until) = ((call.milliseconds("StartTime") ?? 0) / 1000, (call.milliseconds("EndTime") ?? 0) / 1000)
        guard from < until else {
            throw MetricOperations.invalid("The parameter StartTime must be less than the parameter EndTime.")
        }
        guard period >= 60, period % 60 == 0, period <= 86_400 * 365 else {
            throw MetricOperations.invalid("The parameter Period must be a multiple of 60.")
        }
        self.init(from: from, until: until, period: Int64(period))
    }

    init(from: Int64, until: Int64, period: Int64) {
        self.period = period
        self.from = from / period * period
        self.until = until
    }
}

extension MetricsDesk {
    /// The points of a series, put together to the periods that are asked for, in the order of time.
    func points(_ series: Datum?, _ span: MetricSpan) throws(ServiceProblem) -> [MetricPoint] {
        guard let number = series?["Number"]?.whole else { return [] }
        let rows = try shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT \(MetricPoint.columns) FROM points WHERE series = ? AND at >= ? AND at < ? ORDER BY at",
                [.int(Int64(number)), .int(span.from), .int(span.until)]
            ) { MetricPoint($0) }
        }
        var points: [MetricPoint] = []
        for row in rows {
            let at = row.at / span.period * span.period
            if points.last?.at != at { points.append(MetricPoint(at: at)) }
            points[points.count - 1].add(row)
        }
        return points
    }
}
