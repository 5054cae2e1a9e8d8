internal import Core
internal import Crypto
internal import Files
internal import JSON
internal import PartLedger

/// One judgement as a person reads it, a line a fact.
struct PartCard {
    private static let scoresMax = 8
    private let trace: PartTrace
    private let environment: EventRecord?
    private let folder: StateFolder

    init(_ trace: PartTrace, environment: EventRecord?, _ folder: StateFolder) {
        self.trace = trace
        self.environment = environment
        self.folder = folder
    }

    private var record: PartRecord { trace.judgement.record }
    private var row: LedgerRow { trace.judgement.row }

    var text: String {
        var lines = [
            ("part", "\(record.part), trigger \(record.sequence) at station \(record.station)"),
            ("verdict", "\(record.verdict.name), \(record.reason)"),
            ("score", scores),
            ("judged", "\(CivilTime(wall: row.wall)), in \(Microseconds.text(record.stages.total))"),
            ("stages", stages),
            ("model", model),
            ("release", record.release?.description ?? "none"),
            ("computed", computed),
            ("frame", frame),
            ("acknowledged", acknowledged),
        ]
        lines += trace.operations.map { ("operator", Self.operation($0)) }
        lines.append(("entry", "\(row.n), hash \(SHA256Digest(row.hash)?.description ?? "none")"))
        return lines.map { Column.left($0.0, 14) + $0.1 }.joined(separator: "\n")
    }

    private var scores: String {
        guard !record.scores.isEmpty else { return "none" }
        let shown = record.scores.prefix(Self.scoresMax).map { fourDecimals(Double($0)) }.joined(separator: " ")
        let more = record.scores.count > Self.scoresMax ? " ... (\(record.scores.count))" : ""
        return shown + more + (record.threshold.map { ", threshold \(fourDecimals(Double($0)))" } ?? "")
    }

    private var stages: String {
        StageTimes.names.dropLast().map { "\($0.name) \(Microseconds.text(record.stages[keyPath: $0.path]))" }
            .joined(separator: ", ")
    }

    private var model: String {
        record.model.isEmpty
            ? "none" : record.modelVersion.isEmpty ? record.model : "\(record.model) \(record.modelVersion)"
    }

    private var computed: String {
        guard let n = record.environment else { return "not noted" }
        return environment.map { "\($0.text) (entry \(n))" } ?? "see entry \(n), which is not there"
    }

    private var frame: String {
        guard let name = record.frameName(entry: row.n) else { return "not kept" }
        let path = "\(folder.frames)/\(name)"
        return FileAccess.isFile(path)
            ? path : "\(name) is no longer there: it made room for newer ones, or was dropped"
    }

    private var acknowledged: String {
        guard let acknowledgement = trace.acknowledgement else { return "no" }
        return "after \(Microseconds.text(acknowledgement.record.microseconds)) (entry \(acknowledgement.row.n))"
    }

    private static func operation(_ entered: Entered<OperatorRecord>) -> String {
        let record = entered.record
        let verdict = record.verdict.map { " to \($0.name)" } ?? ""
        let comment = record.comment.isEmpty ? "" : ": \(record.comment)"
        return
            "\(record.action.rawValue)\(verdict) by \(record.person), \(CivilTime(wall: entered.row.wall))\(comment) "
            + "(entry \(entered.row.n))"
    }
}

/// A span for people: `23.412 ms`.
enum Microseconds {
    static func text(_ value: UInt64) -> String { "\(value / 1_000).\("\(1_000 + value % 1_000)".dropFirst()) ms" }
}

/// Cells of a table.
enum Column {
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text + "  "
    }
}
