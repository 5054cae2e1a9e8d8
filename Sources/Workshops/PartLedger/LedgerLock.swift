internal import Core
internal import Glibc

/// One writer a ledger: two would give the same numbers to different parts. The kernel lets go when the process dies.
struct LedgerLock: ~Copyable {
    private let descriptor: Int32

    init(_ path: String) throws(Fault) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw Fault(
                .unavailable, "another lineside writes to the ledger of \(path)",
                hint: "stop that one first, or give each its own state folder")
        }
        descriptor = file
    }

    deinit { close(descriptor) }
}
