import Core
import Database
import Files
import PartLedger

/// A state folder that goes with its test.
final class Bench: Sendable {
    let folder: StateFolder
    init() throws { folder = StateFolder(try FileAccess.temporaryFolder("lineside-ledger")) }
    deinit { FileAccess.remove(folder.path) }

    /// A ledger of so many parts from 1 on, each followed by its acknowledgement, closed.
    func fill(parts: Int) throws {
        let ledger = try LedgerWriter(folder)
        for part in 1...UInt32(parts) {
            let n = ledger.append(.part(PartRecord(part)))
            _ = ledger.append(
                .acknowledgement(AcknowledgementRecord(entry: n, part: part, sequence: 1, microseconds: 9)))
        }
        ledger.close()
    }

    func verify() throws -> LedgerVerdict { try LedgerReader(folder).verify() }

    /// Changes the file behind everybody's back.
    func tamper(_ sql: String) throws { try Database(folder.ledger).execute(sql) }
}

extension PartRecord {
    init(_ part: UInt32, _ verdict: Verdict = .pass) {
        self.init(station: "s", part: part, sequence: UInt16(truncatingIfNeeded: part), verdict: verdict, reason: "OK")
        scores = [0.25]
        threshold = 0.5
    }
}

extension LedgerVerdict {
    var tally: LedgerTally? { if case .whole(let tally) = self { tally } else { nil } }
    /// The first broken entry.
    var broken: UInt64? { if case .broken(let n, _, _) = self { n } else { nil } }
    var flaw: LedgerFlaw? { if case .broken(_, let flaw, _) = self { flaw } else { nil } }
}
