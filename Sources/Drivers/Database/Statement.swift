internal import CSQLite
package import Core

/// A compiled statement: bound, stepped and reset as often as needed. It keeps its connection alive.
///
/// Concurrency: confined with its connection.
@safe package final class Statement {
    private let handle: OpaquePointer
    private let database: Database

    init(_ sql: String, on database: Database) throws(Fault) {
        var made: OpaquePointer?
        let status = unsafe sqlite3_prepare_v2(database.handle, sql, -1, &made, nil)
        guard status == SQLITE_OK, let made = unsafe made else {
            throw database.fault(status, while: "preparing \"\(sql.prefix(80))\"")
        }
        self.database = database
        unsafe handle = unsafe made
    }

    deinit { unsafe sqlite3_finalize(handle) }

    // Places count from one and columns from zero, as in SQLite's manual.

    package func bind(_ place: Int, _ value: Int64) throws(Fault) {
        try check(unsafe sqlite3_bind_int64(handle, Int32(place), value))
    }

    package func bind(_ place: Int, _ value: Double) throws(Fault) {
        try check(unsafe sqlite3_bind_double(handle, Int32(place), value))
    }

    package func bind(_ place: Int, _ value: String) throws(Fault) {
        var value = value
        let status = value.withUTF8 { bytes in
            let start = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
            return unsafe sqlite3_bind_text(
                handle, Int32(place), start, Int32(clamping: bytes.count), ls_sqlite_transient())
        }
        try check(status)
    }

    package func bind(_ place: Int, _ bytes: UnsafeRawBufferPointer) throws(Fault) {
        // > If the third parameter to ... sqlite3_bind_blob() is a NULL pointer then ... the end result is the same as
        // > sqlite3_bind_null(): an empty blob has to be asked for.
        // <https://www.sqlite.org/c3ref/bind_blob.html>
        guard bytes.count > 0 else { return try check(unsafe sqlite3_bind_zeroblob(handle, Int32(place), 0)) }
        try check(
            unsafe sqlite3_bind_blob64(
                handle, Int32(place), bytes.baseAddress, UInt64(bytes.count), ls_sqlite_transient()))
    }

    package func bind(_ place: Int, _ bytes: [UInt8]) throws(Fault) {
        let outcome = unsafe bytes.withUnsafeBytes { raw in
            Result { () throws(Fault) in unsafe try bind(place, raw) }
        }
        try outcome.get()
    }

    package func bindNull(_ place: Int) throws(Fault) { try check(unsafe sqlite3_bind_null(handle, Int32(place))) }

    /// Goes to the next row and says whether there is one. After the last row, and after a fault, the statement is
    /// reset.
    package func step() throws(Fault) -> Bool {
        let status = unsafe sqlite3_step(handle)
        if status == SQLITE_ROW { return true }
        guard status == SQLITE_DONE else {
            // The connection's words are those of its last call: they are taken before the reset.
            let fault = database.fault(status, while: doing)
            reset()
            throw fault
        }
        reset()
        return false
    }

    /// Runs a statement that gives no rows.
    package func run() throws(Fault) { while try step() {} }

    /// Ready for other values; those bound stay bound until they are replaced.
    package func reset() { unsafe sqlite3_reset(handle) }

    package func isNull(_ column: Int) -> Bool {
        unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    package func int(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }
    package func optionalInt(_ column: Int) -> Int64? { isNull(column) ? nil : int(column) }
    package func double(_ column: Int) -> Double { unsafe sqlite3_column_double(handle, Int32(column)) }
    package func text(_ column: Int) -> String { String(decoding: blob(column), as: UTF8.self) }

    package func blob(_ column: Int) -> [UInt8] {
        unsafe withBlob(column) { bytes in
            unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
                unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
                count = bytes.count
            }
        }
    }

    /// Lends a column's bytes; they are gone with the next step.
    package func withBlob<Value, Failure: Error>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let start = unsafe sqlite3_column_blob(handle, Int32(column))
        let count = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
        return unsafe try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    private var doing: String {
        guard let text = unsafe sqlite3_sql(handle) else { return "running a statement" }
        return unsafe "running \"\(String(cString: text).prefix(80))\""
    }

    private func check(_ status: Int32) throws(Fault) {
        guard status == SQLITE_OK else { throw database.fault(status, while: doing) }
    }
}
