package import Core
package import Crypto
internal import Database

/// One judgement of a part, with all that was written about it afterwards.
package struct PartTrace: Hashable, Sendable {
    package let judgement: Entered<PartRecord>
    package fileprivate(set) var acknowledgement: Entered<AcknowledgementRecord>?
    package fileprivate(set) var operations: [Entered<OperatorRecord>] = []

    fileprivate init(_ judgement: Entered<PartRecord>) { self.judgement = judgement }

    /// Brings rows about parts together, the newest first, into judgements, the newest first.
    static func gather(_ rows: [LedgerRow]) throws(Fault) -> [PartTrace] {
        var traces: [UInt64: PartTrace] = [:]
        // The oldest first: a judgement comes before what is said about it.
        for row in rows.reversed() {
            switch try LedgerEntry(row) {
            case .part(let record): traces[row.n] = PartTrace(Entered(row: row, record: record))
            case .acknowledgement(let record):
                traces[record.entry]?.acknowledgement = Entered(row: row, record: record)
            case .operator(let record):
                if let n = record.entry { traces[n]?.operations.append(Entered(row: row, record: record)) }
            case .event: break
            }
        }
        return traces.values.sorted { $0.judgement.row.n > $1.judgement.row.n }
    }
}

extension LedgerReader {
    /// More rows than one judgement ever has: its acknowledgement and what people said to it.
    private static let rowsOfOneMax = 256

    /// Every judgement of a part, or only the last one.
    package func traces(part: UInt32, all: Bool) throws(Fault) -> [PartTrace] {
        let rows = try entries(part: part, atMost: all ? .max : Self.rowsOfOneMax)
        let traces = try PartTrace.gather(rows)
        return all ? traces : Array(traces.prefix(1))
    }

    /// The last judgements of any part.
    package func lastTraces(_ count: Int) throws(Fault) -> [PartTrace] {
        var traces: [PartTrace] = []
        for judged in try last(count, .part) {
            var about: [LedgerRow] = []
            if let part = judged.part { about = try entries(part: part, atMost: Self.rowsOfOneMax) }
            about.removeAll { $0.n <= judged.n }
            traces += try PartTrace.gather(about + [judged]).filter { $0.judgement.row.n == judged.n }
        }
        return traces
    }

    /// Where a release lay when it last became active.
    package func path(of release: SHA256Digest) throws(Fault) -> String? {
        let events = try database.prepare(
            "SELECT \(LedgerRow.columns) FROM entries WHERE kind = \(EntryKind.event.rawValue) ORDER BY n DESC")
        while try events.step() {
            guard case .event(let event) = try LedgerEntry(LedgerRow(events)), event.name == .release,
                event["release"] == .text("\(release)"), case .text(let path)? = event["path"]
            else { continue }
            return path
        }
        return nil
    }

    /// The event that tells on what a part was computed.
    package func environment(of record: PartRecord) throws(Fault) -> EventRecord? {
        guard let n = record.environment, let row = try entry(n), case .event(let event) = try LedgerEntry(row) else {
            return nil
        }
        return event
    }
}
