package import Core
internal import Crypto
internal import Database
internal import Files

/// Reads a ledger, also while a station writes to it.
///
/// Concurrency: confined to one thread, as its connection is. No read lasts: the writer's log could not be emptied
/// meanwhile.
package final class LedgerReader {
    let database: Database
    private let byNumber: Statement
    private let byPart: Statement

    package init(_ folder: StateFolder) throws(Fault) {
        guard FileAccess.isFile(folder.ledger) else {
            throw Fault(
                .notFound, "there is no ledger at \(folder.ledger)",
                hint: "name the station's state folder with --state or LINESIDE_STATE")
        }
        database = try Database(folder.ledger, .readOnly)
        let schema = try database.schemaVersion
        guard schema > 0 else {
            throw Fault(
                .notFound, "\(folder.ledger) has no ledger in it yet", hint: "start the station once: it begins one")
        }
        guard schema <= LedgerSchema.steps.count else {
            throw Fault(
                .invalid, "\(folder.ledger) is not a ledger that this program knows",
                hint: "read it with the lineside that wrote it")
        }
        let select = "SELECT \(LedgerRow.columns) FROM entries"
        byNumber = try database.prepare("\(select) WHERE n = ?")
        byPart = try database.prepare("\(select) WHERE part = ? ORDER BY n DESC LIMIT ?")
    }

    package func entry(_ n: UInt64) throws(Fault) -> LedgerRow? {
        try byNumber.bind(1, Int64(bitPattern: n))
        return try rows(byNumber).first
    }

    /// Everything about a part, the newest first.
    package func entries(part: UInt32, atMost count: Int = .max) throws(Fault) -> [LedgerRow] {
        try byPart.bind(1, Int64(part))
        try byPart.bind(2, Int64(count))
        return try rows(byPart)
    }

    /// The last entries, or the last of one kind, the newest first.
    package func last(_ count: Int, _ kind: EntryKind? = nil) throws(Fault) -> [LedgerRow] {
        let filter = kind.map { " WHERE kind = \($0.rawValue)" } ?? ""
        let statement = try database.prepare(
            "SELECT \(LedgerRow.columns) FROM entries\(filter) ORDER BY n DESC LIMIT ?")
        try statement.bind(1, Int64(count))
        return try rows(statement)
    }

    /// The last entry's number and hash, as they stand in the file; nil when there is none.
    package func head() throws(Fault) -> (n: UInt64, hash: String)? {
        guard let row = try last(1).first else { return nil }
        guard let digest = SHA256Digest(row.hash) else {
            throw Fault(.damaged, "the hash of entry \(row.n) is not one", hint: "run `lineside ledger verify`")
        }
        return (row.n, digest.description)
    }

    private func rows(_ statement: Statement) throws(Fault) -> [LedgerRow] {
        var rows: [LedgerRow] = []
        while try statement.step() { rows.append(LedgerRow(statement)) }
        return rows
    }
}
