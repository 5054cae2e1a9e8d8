internal import Core
internal import JSON

/// Why a metric's alarm is what it is, in AWS's words.
struct AlarmReason: Sendable {
    /// A reason may have 1,023 letters, and its data 4,000.
    private static let pointsMax = 15
    let plan: AlarmPlan
    let value: AlarmValue
    /// What was judged, the oldest first.
    let points: [AlarmPoint]
    let unknown: Int

    var text: String {
        if value == .insufficientData { return "Insufficient Data: \(Self.counted(unknown, "datapoint")) unknown." }
        return "Threshold Crossed: " + [crossing, gap, filling].compactMap(\.self).joined(separator: " and ") + "."
    }

    /// The points that speak for the state; nil where none does.
    private var crossing: String? {
        let isAlarm = value == .alarm
        let named = points.filter { plan.isBreaching($0) == isAlarm }
        guard !named.isEmpty else { return nil }
        let list = named.suffix(Self.pointsMax).map { "\($0.value) (\(Self.day($0.at)))" }.joined(separator: ", ")
        let least = isAlarm ? plan.pointsToAlarm : plan.periods - plan.pointsToAlarm + 1
        return
            "\(named.count) out of the last \(points.count) datapoints [\(list)] \(named.count == 1 ? "was" : "were") "
            + "\(isAlarm ? "" : "not ")\(plan.comparison.words) the threshold (\(plan.threshold)) "
            + "(minimum \(least) datapoint\(least == 1 ? "" : "s") for "
            + "\(isAlarm ? "OK -> ALARM" : "ALARM -> OK") transition)"
    }

    private var gap: String? {
        guard points.isEmpty else { return nil }
        return "no datapoints were received for \(unknown) period\(unknown == 1 ? "" : "s")"
    }

    private var filling: String? {
        guard unknown > 0, plan.missing == .breaching || plan.missing == .notBreaching else { return nil }
        let word = plan.missing == .breaching ? "Breaching" : "NonBreaching"
        return "\(Self.counted(unknown, "missing datapoint")) treated as [\(word)]"
    }

    private static func counted(_ count: Int, _ what: String) -> String {
        count == 1 ? "1 \(what) was" : "\(count) \(what)s were"
    }

    /// `20/11/26 07:14:00`.
    private static func day(_ seconds: Int64) -> String {
        let text = CivilTime(milliseconds: seconds * 1000).iso
        let parts = text.prefix(10).split(separator: "-")
        return "\(parts[2])/\(parts[1])/\(parts[0].suffix(2)) \(text.dropFirst(11).prefix(8))"
    }

    // MARK: data

    func data(at now: Int64) -> String {
        let last = points.suffix(Self.pointsMax)
        var data: DatumMap = ["version": "1.0", "queryDate": .text(CivilTime(milliseconds: now).alarmText)]
        data["startDate"] = last.first.map { Self.time($0.at) }
        data["unit"] = plan.unit.map(Datum.text)
        data["statistic"] = plan.statistic.map(Datum.text)
        data["period"] = .whole(Int(plan.period))
        data["recentDatapoints"] = .list(last.map { .number($0.value) })
        data["threshold"] = .number(plan.threshold)
        if !last.isEmpty { data["evaluatedDatapoints"] = .list(last.reversed().map(Self.evaluated)) }
        return String(decoding: Datum.map(data).json, as: UTF8.self)
    }

    private static func evaluated(_ point: AlarmPoint) -> Datum {
        var row: DatumMap = ["timestamp": time(point.at)]
        row["sampleCount"] = point.samples.map(Datum.number)
        row["value"] = .number(point.value)
        return .map(row)
    }

    private static func time(_ seconds: Int64) -> Datum {
        .text(CivilTime(milliseconds: seconds * 1000).alarmText)
    }
}
