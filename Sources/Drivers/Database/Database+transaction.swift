internal import CSQLite
package import Core

extension Database {
    /// A transaction is open. One that was may have ended by itself, with a full disk for instance.
    package var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// All of it or nothing: what `body` did is undone when it throws, and when the commit does.
    package func transaction<Result>(_ body: () throws(Fault) -> Result) throws(Fault) -> Result {
        // The write lock is taken at once, so that no reader's snapshot has to be turned into a writer's half way.
        try execute("BEGIN IMMEDIATE")
        do throws(Fault) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    private func rollBack() {
        // > If certain kinds of errors occur (... SQLITE_FULL, SQLITE_IOERR ...) the transaction might be rolled back
        // > automatically. The only way to find out ... is to use this function.
        // <https://www.sqlite.org/c3ref/get_autocommit.html>
        guard unsafe sqlite3_get_autocommit(handle) == 0 else { return }
        // The fault that led here is the one to be told; a rollback that fails leaves the same file behind.
        _ = unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }
}
