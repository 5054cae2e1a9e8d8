package import Core
internal import Database
internal import Files

/// Looks into a spool, also while a node writes to it.
///
/// Concurrency: confined to one thread, as its connection is.
package final class SpoolReader {
    /// One event as it waits, or as it was set aside.
    package struct Row: Hashable, Sendable {
        package let id: String
        package let rank: SpoolRank
        package let wall: Int64
        package let attempts: Int
        /// Why it was set aside; nil for one that waits.
        package let reason: String?
        /// As it is sent.
        package let body: [UInt8]
    }

    private let database: Database
    private let folder: String

    package init(_ folder: String) throws(Fault) {
        guard FileAccess.isFile(folder + "/spool.db") else {
            throw Fault(
                .notFound, "there is no spool at \(folder)",
                hint: "name the state folder with --state or LINESIDE_STATE")
        }
        self.folder = folder
        database = try Database(folder + "/spool.db", .readOnly)
        guard (1...SpoolSchema.steps.count).contains(try database.schemaVersion) else {
            throw Fault(.invalid, "\(folder)/spool.db is not a spool that this program knows")
        }
    }

    package func state(_ settings: SpoolSettings = SpoolSettings()) throws(Fault) -> SpoolState {
        try SpoolState(database, folder: folder, settings)
    }

    /// What waits, in the order in which it is sent; or what was set aside, the newest first.
    package func rows(_ count: Int, setAside: Bool) throws(Fault) -> [Row] {
        let rows = try database.prepare(
            setAside
                ? "SELECT id, rank, wall_ms, 0, body, reason FROM dead ORDER BY seq DESC LIMIT ?"
                : "SELECT id, rank, wall_ms, attempts, body, NULL FROM events ORDER BY rank DESC, seq LIMIT ?")
        try rows.bind(1, Int64(count))
        var found: [Row] = []
        while try rows.step() {
            found.append(
                Row(
                    id: rows.text(0), rank: SpoolRank(rawValue: Int(rows.int(1))) ?? .telemetry, wall: rows.int(2),
                    attempts: Int(rows.int(3)), reason: rows.isNull(5) ? nil : rows.text(5), body: rows.blob(4)))
        }
        return found
    }
}
