internal import AWSProtocol
internal import Core
internal import Records

/// What can be put into metrics and asked of them.
struct MetricOperations: Sendable {
    let desk: MetricsDesk
    private static let pointsMax = 1440
    private static let dataMax = 1000
    private static let recent: Int64 = 3 * 3600
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
            Member("Unit", words: MetricUnit.names), Member("StorageResolution", .whole),
        ])
        let data = Member("MetricData", .list(datum), 0...Self.dataMax)
        let texts = Shape.map(.text)
        let entity = Shape.structure([Member("KeyAttributes", texts), Member("Attributes", texts)])
        let filter = Shape.structure([Member("Name", required: true, 1...255), Member("Value", 1...1024)])
        return [
            Operation(
                "PutMetricData",
                [
                    Self.namespace, data,
                    Member("EntityMetricData", .list(.structure([Member("Entity", entity), data])), 0...2),
                    Member("StrictEntityValidation", .flag),
                ]
            ) { call throws(ServiceProblem) in try put(call) },
            Operation(
                "ListMetrics",
                [
                    Member("Namespace", 1...255), Member("MetricName", 1...255),
                    Member("Dimensions", .list(filter), 0...10), Member("NextToken"),
                    Member("RecentlyActive", words: ["PT3H"]),
                    // No account is linked with this one: with them or without is the same.
                    Member("IncludeLinkedAccounts", .flag), Member("OwningAccount", 1...255),
                ]
            ) { call throws(ServiceProblem) in try list(call) },
            Operation(
                "GetMetricStatistics",
                [
                    Self.namespace, Self.name, Self.dimensions, Member("StartTime", .time, required: true),
                    Member("EndTime", .time, required: true), Member("Period", .whole, required: true, 1...Int.max),
                    Member("Statistics", .list(.text), 0...5), Member("ExtendedStatistics", .list(.text), 0...10),
                    Member("Unit", words: MetricUnit.names),
                ]
            ) { call throws(ServiceProblem) in try statistics(call) },
            Operation(
                "GetMetricData",
                [
                    Member("MetricDataQueries", .list(MetricQuery.shape), required: true, 1...500),
                    Member("StartTime", .time, required: true), Member("EndTime", .time, required: true),
                    Member("NextToken"), Member("MaxDatapoints", .whole, 1...MetricPage.pointsMax),
                    Member("ScanBy", words: ["TimestampDescending", "TimestampAscending"]),
                    // A time zone is for labels with times in them, which are not offered.
                    Member("LabelOptions", .structure([Member("Timezone")])),
                ]
            ) { call throws(ServiceProblem) in try MetricQuery.answer(call, desk) },
        ]
    }

    static func invalid(_ why: String) -> ServiceProblem { ServiceProblem(MetricProblem.invalidCode, why) }

    // MARK: putting

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let now = Int64(WallClock.milliseconds) / 1000
        var samples: [MetricSample] = []
        for datum in try data(call) { samples.append(try Self.sample(datum, call["Namespace"], now)) }
        try desk.take(samples)
        return .null
    }

    /// Whose figures they are is nowhere told, and so not kept: what comes with an entity is as good as without.
    private func data(_ call: Call) throws(ServiceProblem) -> [Datum] {
        if call.flag("StrictEntityValidation") {
            throw Self.invalid("The parameter StrictEntityValidation is not supported: entities are not kept.")
        }
        let ofEntities = call.list("EntityMetricData").flatMap { $0["MetricData"]?.list ?? [] }
        let data = call.list("MetricData") + ofEntities
        guard !data.isEmpty else {
            throw ServiceProblem(
                "MissingRequiredParameterException",
                "At least one of the parameters MetricData and EntityMetricData must be specified.")
        }
        guard data.count <= Self.dataMax else {
            throw Self.invalid("MetricData and EntityMetricData may have \(Self.dataMax) metrics together.")
        }
        return data
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
            point.add(
                summary: try finite(count), sum: try finite(sum), least: try finite(least), most: try finite(most))
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
        // Minutes are kept, and nothing finer, whatever is wished for.
        guard [1, 60].contains(datum["StorageResolution"]?.whole ?? 60) else {
            throw invalid("The parameter MetricData.StorageResolution must be 1 or 60.")
        }
        return MetricSample(
            namespace: namespace, name: datum["MetricName"]?.text ?? "", dimensions: datum["Dimensions"]?.list ?? [],
            unit: datum["Unit"]?.text ?? MetricUnit.none, at: at, point: point)
    }

    /// Those of another account are nowhere to be seen from here.
    static func check(account: String?, _ call: Call) throws(ServiceProblem) {
        guard account ?? call.account == call.account else {
            throw invalid("The account \(account?.prefix(40) ?? "") is not linked with this one.")
        }
    }

    private static func finite(_ value: Double) throws(ServiceProblem) -> Double {
        guard value.isFinite, abs(value) < 1e300 else { throw invalid("The value \(value) is not supported.") }
        return value
    }

    // MARK: asking

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = desk.shelf.records
        let wanted = call.list("Dimensions")
        try Self.check(account: call.text("OwningAccount"), call)
        var active: Set<Int64>?
        if call.text("RecentlyActive") != nil {
            active = try desk.series(activeSince: Int64(WallClock.milliseconds) / 1000 - Self.recent)
        }
        let keys = records.keys(MetricsDesk.series).filter { key in
            guard let series = records[MetricsDesk.series, key] else { return false }
            if let active, !MetricSeries(series.map ?? [:]).numbers().contains(where: { active.contains($0.number) }) {
                return false
            }
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
        let rows = try desk.points(of: key, in: call.text("Unit"), span).flatMap { series in
            series.points.compactMap { point -> Datum? in
                let known = (plain + extended).compactMap { word in point.value(word).map { (word, Datum.number($0)) } }
                // What nothing is known of is no point.
                guard !known.isEmpty else { return nil }
                var row = DatumMap([("Timestamp", call.time(point.at * 1000)), ("Unit", .text(series.unit))])
                for (word, value) in known.filter({ plain.contains($0.0) }) { row[word] = value }
                let others = known.filter { !plain.contains($0.0) }
                if !others.isEmpty { row["ExtendedStatistics"] = call.map(others) }
                return .map(row)
            }
        }
        return ["Label": .text(call["MetricName"]), "Datapoints": .list(rows)]
    }
}
