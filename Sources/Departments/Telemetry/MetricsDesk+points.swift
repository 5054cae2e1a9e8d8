internal import Core
internal import Database
internal import Records

/// What came in of a metric in one unit, put together to periods, in the order of time.
struct UnitPoints: Sendable {
    let unit: String
    let points: [MetricPoint]
}

extension [UnitPoints] {
    /// One point a time, for whoever cannot have more: of the unit that came first, for units are never mixed.
    var one: [MetricPoint] {
        var times: Set<Int64> = []
        return flatMap(\.points).filter { times.insert($0.at).inserted }
    }
}

extension MetricsDesk {
    /// The points of a metric in each of its units, or in one alone; those that came first are in front.
    func points(
        of key: String, in unit: String?, _ span: MetricSpan
    ) throws(ServiceProblem) -> [UnitPoints] {
        guard let record = shelf.records[Self.series, key]?.map else { return [] }
        var found: [UnitPoints] = []
        for (unit, number) in MetricSeries(record).numbers(of: unit) {
            found.append(UnitPoints(unit: unit, points: try points(ofSeries: number, span)))
        }
        return found
    }

    private func points(ofSeries number: Int64, _ span: MetricSpan) throws(ServiceProblem) -> [MetricPoint] {
        let rows = try shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT \(MetricPoint.columns) FROM points WHERE series = ? AND at >= ? AND at < ? ORDER BY at",
                [.int(number), .int(span.from), .int(span.until)]
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

    /// The series to which something came since a time.
    func series(activeSince time: Int64) throws(ServiceProblem) -> Set<Int64> {
        try shelf.read { database throws(Fault) in
            Set(
                try database.rows(
                    "SELECT DISTINCT series FROM points WHERE period = ? AND at >= ?",
                    [.int(Self.ages[0].period), .int(time)]
                ) { $0.int(0) })
        }
    }
}
