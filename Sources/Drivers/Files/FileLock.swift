package import Core
internal import Glibc

/// Keeps a second process out of what only one may write. The kernel lets go when the process dies.
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// `refusal` is what is said when another process has it.
    package init(_ path: String, refusal: Fault) throws(Fault) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw refusal
        }
        descriptor = file
    }

    deinit { close(descriptor) }
}
