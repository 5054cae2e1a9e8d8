internal import AWSProtocol
internal import Core
internal import Records

/// Several series at once, and arithmetic over them: `m1 / m2 * 100`.
enum MetricQuery {
    private static let periods = 1...86_400 * 365
    static let shape = Shape.structure([
        Member("Id", required: true, 1...255), Member("Expression", 1...2048), Member("Label"),
        Member("ReturnData", .flag), Member("Period", .whole, periods), Member("AccountId"),
        Member(
            "MetricStat",
            .structure([
                Member(
                    "Metric",
                    .structure([
                        Member("Namespace", required: true, 1...255), Member("MetricName", required: true, 1...255),
                        Member("Dimensions", .list(.structure([Member("Name"), Member("Value")]))),
                    ]), required: true), Member("Period", .whole, required: true, periods),
                Member("Stat", required: true), Member("Unit", words: MetricUnit.names),
            ])),
    ])

    /// Values by their time.
    typealias Line = [Int64: Double]

    static func answer(_ call: Call, _ desk: MetricsDesk) throws(ServiceProblem) -> Datum {
        let queries = call.list("MetricDataQueries")
        for query in queries { try MetricOperations.check(account: query["AccountId"]?.text, call) }
        let lines = try lines(queries, desk) { period throws(ServiceProblem) in try MetricSpan(call, period: period) }
        let shown = queries.filter { $0["ReturnData"]?.bool ?? true }
        let page = try MetricPage(
            shown.map { lines[$0["Id"]?.text ?? ""] ?? [] }, isUp: call.text("ScanBy") == "TimestampAscending",
            max: call.whole("MaxDatapoints") ?? MetricPage.pointsMax, after: call.text("NextToken"))
        let rows = zip(shown, page.queries).enumerated().map { place, found -> Datum in
            let (query, points) = found
            let id = query["Id"]?.text ?? ""
            let label = query["Label"]?.text ?? query["MetricStat"]?["Metric"]?["MetricName"]?.text ?? id
            return [
                "Id": .text(id), "Label": .text(label),
                "StatusCode": page.unfinished.contains(place) ? "PartialData" : "Complete",
                "Timestamps": .list(points.map { call.time($0.at * 1000) }),
                "Values": .list(points.map { .number($0.value) }),
            ]
        }
        return [
            "MetricDataResults": .list(rows), "Messages": [], "NextToken": page.token.map(Datum.text) ?? .null,
        ]
    }

    /// The lines of each query by its id, one for each unit that came in; `span`: what is looked at, for a period.
    static func lines(
        _ queries: [Datum], _ desk: MetricsDesk, span: (Int) throws(ServiceProblem) -> MetricSpan
    ) throws(ServiceProblem) -> [String: [Line]] {
        var lines: [String: [Line]] = [:]
        for query in queries where query["MetricStat"] != nil {
            lines[query["Id"]?.text ?? ""] = try self.lines(of: query, desk, span)
        }
        var single = lines.mapValues(one)
        for query in queries {
            guard let text = query["Expression"]?.text else { continue }
            guard query["MetricStat"] == nil else {
                throw refusal("MetricStat and Expression cannot be given together.")
            }
            let (id, line) = (query["Id"]?.text ?? "", try MetricExpression(parsing: text).line(over: single))
            lines[id] = [line]
            single[id] = line
        }
        guard lines.count == queries.count else {
            throw refusal("Each query needs an Id of its own, and a MetricStat or an Expression.")
        }
        return lines
    }

    /// One value a time, for whoever cannot have more: of the unit that came first, for units are never mixed.
    static func one(_ lines: [Line]) -> Line { lines.reduce(into: [:]) { $0.merge($1) { first, _ in first } } }

    static func refusal(_ why: String) -> ServiceProblem { ServiceProblem("ValidationException", why) }

    /// The series that a `MetricStat` is of.
    static func key(_ stat: Datum) -> String {
        let metric = stat["Metric"]
        return MetricsDesk.key(
            metric?["Namespace"]?.text ?? "", metric?["MetricName"]?.text ?? "", metric?["Dimensions"]?.list ?? [])
    }

    private static func lines(
        of query: Datum, _ desk: MetricsDesk, _ span: (Int) throws(ServiceProblem) -> MetricSpan
    ) throws(ServiceProblem) -> [Line] {
        let stat = query["MetricStat"]
        let word = stat?["Stat"]?.text ?? ""
        guard
            ["SampleCount", "Average", "Sum", "Minimum", "Maximum"].contains(word)
                || MetricPoint.percentile(word) != nil
        else { throw refusal("The value \(word.prefix(40)) for parameter Stat is not supported.") }
        let span = try span(stat?["Period"]?.whole ?? 60)
        return try desk.points(of: key(stat ?? .null), in: stat?["Unit"]?.text, span).map { series in
            Line(series.points.compactMap { point in point.value(word).map { (point.at, $0) } }) { $1 }
        }
    }
}
