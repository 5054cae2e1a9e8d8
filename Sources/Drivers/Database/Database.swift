internal import CSQLite
package import Core
internal import Glibc

/// One connection to one SQLite file.
///
/// Concurrency: confined to whoever owns it, one thread at a time; it is not Sendable, so that the compiler minds it.
@safe package final class Database {
    package enum Access: Hashable, Sendable {
        /// Makes the file when it is not there.
        case create
        /// Reads beside a writer, or from a medium that cannot be written.
        case readOnly
    }

    /// What a commit survives.
    package enum Durability: String, Hashable, Sendable {
        /// A power cut.
        case full = "FULL"
        /// A killed process; a power cut may take the last commits, never the file.
        case normal = "NORMAL"
    }

    package let path: String
    let handle: OpaquePointer
    /// Statements that are asked for again, by their text.
    var kept: [String: Statement] = [:]

    package init(
        _ path: String, _ access: Access = .create, durability: Durability = .full, busyMilliseconds: Int = 5_000
    ) throws(Fault) {
        self.path = path
        unsafe handle = unsafe try Self.open(path, access)
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: busyMilliseconds))
        try execute("PRAGMA foreign_keys = ON")
        if access == .create { try writeAhead(durability) }
    }

    // > Whether or not an error occurs when it is opened, resources associated with the database connection handle
    // > should be released by passing it to sqlite3_close(). <https://www.sqlite.org/c3ref/open.html>
    // Statements may be finalized later:
    // > it marks the database connection as an unusable "zombie" and makes arrangements to automatically deallocate
    // > the database connection after all prepared statements are finalized. <https://www.sqlite.org/c3ref/close.html>
    deinit { unsafe sqlite3_close_v2(handle) }

    /// Whoever reads never waits for whoever writes.
    private func writeAhead(_ durability: Durability) throws(Fault) {
        let mode = try prepare("PRAGMA journal_mode = WAL")
        guard try mode.step(), mode.text(0) == "wal" else {
            throw Fault(.system, "\(path) cannot have a write-ahead log", hint: "put it on a local disk")
        }
        mode.reset()
        try execute("PRAGMA synchronous = \(durability.rawValue)")
    }

    private static func open(_ path: String, _ access: Access) throws(Fault) -> OpaquePointer {
        let common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
        guard access == .readOnly else {
            return unsafe try open(address(path), path, common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        }
        let opened = unsafe try open(address(path), path, common | SQLITE_OPEN_READONLY)
        if unsafe sqlite3_exec(opened, "PRAGMA schema_version", nil, nil, nil) & 0xff != SQLITE_CANTOPEN {
            return unsafe opened
        }
        // A reader makes the index of the log beside the file. Where nothing may be made, the file alone can still be
        // read, if no log belongs to it:
        // > When immutable is set, SQLite assumes that the database file cannot be changed ... and all locking and change
        // > detection is disabled. <https://www.sqlite.org/c3ref/open.html>
        let reason = unsafe Fault.sqlite(SQLITE_CANTOPEN, on: opened, path, while: "opening it")
        unsafe sqlite3_close_v2(opened)
        guard isThere(path), !isThere(path + "-wal") else { throw reason }
        return unsafe try open(address(path) + "?immutable=1", path, common | SQLITE_OPEN_READONLY)
    }

    private static func open(_ address: String, _ path: String, _ flags: Int32) throws(Fault) -> OpaquePointer {
        var opened: OpaquePointer?
        let status = unsafe sqlite3_open_v2(address, &opened, flags, nil)
        guard status == SQLITE_OK, let opened = unsafe opened else {
            defer { unsafe sqlite3_close_v2(opened) }
            throw unsafe Fault.sqlite(status, on: opened, path, while: "opening it")
        }
        return unsafe opened
    }

    private static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The path as a URI, in which three characters have a meaning of their own.
    private static func address(_ path: String) -> String {
        var address = "file:"
        for character in path {
            switch character {
            case "%": address += "%25"
            case "?": address += "%3f"
            case "#": address += "%23"
            default: address.append(character)
            }
        }
        return address
    }

    package func prepare(_ sql: String) throws(Fault) -> Statement { try Statement(sql, on: self) }

    /// Runs one or more statements for what they do.
    package func execute(_ sql: String) throws(Fault) {
        let status = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw fault(status, while: "running \"\(sql.prefix(80))\"") }
    }

    /// The first column of the first row as a number; nil when there is no row or no number.
    package func number(_ sql: String) throws(Fault) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.optionalInt(0) : nil
    }

    func fault(_ status: Int32, while doing: String = "") -> Fault {
        unsafe Fault.sqlite(status, on: handle, path, while: doing)
    }
}
