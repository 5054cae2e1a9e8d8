package import AWSProtocol
package import Core
internal import Database
internal import Records
internal import Synchronization

/// An alarm changed: `event` is the JSON text of the whole event; `targets` the ARNs of its actions.
package typealias AlarmAnnouncer = @Sendable (_ event: [UInt8], _ targets: [String]) throws(ServiceProblem) -> Void

/// Metrics: what came in a minute of each series, kept finely for a while and coarsely for longer, and alarms.
///
/// Concurrency: metrics are records of the shelf, minutes lie in a table of its file; one thread makes old ones coarse,
/// and another judges alarms.
package final class MetricsDesk: Sendable {
    static let series = "series"
    private static let sweepEvery = 600 * Span64.second
    private static let day: Int64 = 86_400
    /// A period of seconds, and how old its points become.
    static let ages: [(period: Int64, seconds: Int64)] = [(60, 15 * day), (300, 63 * day), (3600, 455 * day)]
    private static let tables = [
        """
        CREATE TABLE points(
            series INTEGER, at INTEGER, period INTEGER, count REAL, sum REAL, least REAL, most REAL, counts TEXT,
            PRIMARY KEY(series, at)) WITHOUT ROWID;
        CREATE INDEX points_at ON points(period, at);
        """, MetricSeries.unitsApart,
    ]
    /// Every time that an answer tells.
    private static let answerShapes = Dictionary(
        uniqueKeysWithValues: (Alarm.times + ["Timestamp", "Timestamps", "LastModified"]).map { ($0, Shape.time) })
    let shelf: RecordShelf
    let alarms: AlarmDesk
    let arrivals = SeriesArrivals()
    private let watch = Mutex<AlarmWatch?>(nil)
    private let sweeper = Rounds()

    /// Alarms lie in a file beside `path`.
    package init(_ path: String, account: String, region: String) throws(Fault) {
        alarms = try AlarmDesk(PathName.folder(of: path) + "/alarms.db", account: account, region: region)
        shelf = try RecordShelf(path, tables: Self.tables, durability: .normal)
        sweeper.start("metric-sweeper") { [self] in
            sweep(Int64(WallClock.milliseconds) / 1000)
            return .nap(Self.sweepEvery)
        }
    }

    /// From now on alarms are judged. `announcer` takes each change, and is asked again when it throws; `accepts` tells
    /// whether it can deliver to an ARN.
    package func start(
        _ announcer: @escaping AlarmAnnouncer, accepts: @escaping @Sendable (String) -> Bool
    ) {
        alarms.settle(accepts: accepts)
        let watch = AlarmWatch(self, announcer)
        self.watch.withLock { $0 = watch }
        watch.start()
    }

    package func close() {
        watch.withLock { $0 }?.stop()
        alarms.shelf.close()
        sweeper.stop()
        shelf.close()
    }

    /// The same operations in every protocol that clients speak: the newest ones CBOR, newer ones JSON, older ones and
    /// Terraform forms.
    package var services: [AWSService] {
        let operations =
            MetricOperations(desk: self).all + AlarmIntake(desk: self).operations + AlarmOperations(desk: alarms).all
            + AlarmListing(desk: alarms).operations + [AlarmHistory(desk: alarms).operation]
            + AlarmTags(desk: alarms).operations + Dashboards(desk: alarms).operations
        let target = "GraniteServiceVersion20100801"
        return [(WireProtocol.query, []), (.json10, [target]), (.cbor, [target])].map { wire, targets in
            AWSService(
                "cloudwatch", signingName: "monitoring", wire, targets: targets,
                version: "2010-08-01", invalid: MetricProblem.invalidCode, olderCodes: MetricProblem.olderCodes,
                answers: Self.answerShapes, operations: operations)
        }
    }

    // MARK: names

    /// A metric by its namespace, its name and its dimensions, in whatever order they came.
    static func key(_ namespace: String, _ name: String, _ dimensions: [Datum]) -> String {
        let pairs = dimensions.map { ($0["Name"]?.text ?? "", $0["Value"]?.text ?? "") }.sorted { $0 < $1 }
        return ([namespace, name] + pairs.flatMap { [$0.0, $0.1] }).joined(separator: "\u{1}")
    }

    // MARK: taking in

    /// Takes samples in, and lets those know who judge by them.
    func take(_ samples: [MetricSample]) throws(ServiceProblem) {
        try shelf.change { desk in try Self.add(samples, &desk) }
        arrivals.note(Set(samples.map { Self.key($0.namespace, $0.name, $0.dimensions) }))
    }

    /// Adds samples to the minutes that they belong to.
    private static func add(_ samples: [MetricSample], _ desk: inout RecordShelf.Desk) throws {
        for sample in samples {
            let key = key(sample.namespace, sample.name, sample.dimensions)
            let number = number(of: sample, key, &desk.records)
            let at = sample.at / 60 * 60
            try MetricPoint.merge(sample.point, into: number, at: at, period: 60, desk.database)
        }
    }

    /// The series of a sample's metric and unit, made where it is the first.
    private static func number(of sample: MetricSample, _ key: String, _ records: inout Records) -> Int64 {
        var metric = records[series, key]?.map.map(MetricSeries.init) ?? MetricSeries(of: sample)
        if let known = metric.numbers(of: sample.unit).first { return known.number }
        let next = (records["last", "number"]?.whole ?? 0) + 1
        records["last", "number"] = .whole(next)
        metric.add(next, for: sample.unit)
        records[series, key] = .map(metric.record)
        return Int64(next)
    }

    /// Points that are too old for their period become part of a coarser one; the oldest go.
    func sweep(_ now: Int64) {
        do throws(ServiceProblem) {
            try shelf.change { desk in
                for (place, (period, seconds)) in Self.ages.enumerated() {
                    let limit = now - seconds
                    guard place + 1 < Self.ages.count else {
                        try desk.database.run(
                            "DELETE FROM points WHERE period = ? AND at < ?", [.int(period), .int(limit)])
                        continue
                    }
                    try Self.coarsen(period, to: Self.ages[place + 1].period, before: limit, desk.database)
                }
            }
        } catch { Log.line("old metrics could not be made coarser: \(error.message)") }
    }

    private static func coarsen(
        _ period: Int64, to coarse: Int64, before limit: Int64, _ database: Database
    ) throws(Fault) {
        // Whole coarse periods alone, so that none is begun twice.
        let end = limit / coarse * coarse
        let old = try database.rows(
            "SELECT series, \(MetricPoint.columns) FROM points WHERE period = ? AND at < ? LIMIT 20000",
            [.int(period), .int(end)]
        ) { ($0.int(0), MetricPoint($0, from: 1)) }
        for (series, point) in old {
            try database.run("DELETE FROM points WHERE series = ? AND at = ?", [.int(series), .int(point.at)])
        }
        for (series, point) in old {
            try MetricPoint.merge(point, into: series, at: point.at / coarse * coarse, period: coarse, database)
        }
    }
}
