internal import Core
internal import JSON
internal import PartLedger

/// Several judgements, one a line, the newest first.
struct PartTable {
    private let traces: [PartTrace]

    init(_ traces: [PartTrace]) { self.traces = traces }

    var text: String {
        let head = Self.line(
            "ENTRY", "PART", "VERDICT", "REASON", "SCORE", "TOTAL", "ACK", "OPERATOR", "STATION", "JUDGED")
        return ([head] + traces.map(Self.line)).joined(separator: "\n")
    }

    private static func line(_ trace: PartTrace) -> String {
        let record = trace.judgement.record
        let operation = trace.operations.last?.record
        return line(
            "\(trace.judgement.row.n)", "\(record.part)", record.verdict.name, record.reason,
            record.scores.first.map { fourDecimals(Double($0)) } ?? "-", Microseconds.text(record.stages.total),
            trace.acknowledgement == nil ? "no" : "yes",
            operation.map { $0.verdict?.name ?? $0.action.rawValue } ?? "-", record.station,
            "\(CivilTime(wall: trace.judgement.row.wall))")
    }

    private static func line(
        _ entry: String, _ part: String, _ verdict: String, _ reason: String, _ score: String, _ total: String,
        _ acknowledged: String, _ operation: String, _ station: String, _ judged: String
    ) -> String {
        Column.right(entry, 8) + Column.right(part, 10) + Column.left(verdict, 9) + Column.left(reason, 14)
            + Column.right(score, 8) + Column.right(total, 12) + Column.left(acknowledged, 5)
            + Column.left(operation, 10) + Column.left(station, 14) + judged
    }
}
