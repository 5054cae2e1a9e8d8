package import Core
internal import Glibc

/// A folder that one program at a time may change. The kernel lets it go with the process, however that ends.
package final class FolderLock: Sendable {
    private let handle: Int32

    package init(_ folder: String) throws(Fault) {
        let handle = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw Fault.system("opening folder \(folder)") }
        guard flock(handle, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(handle)
            guard reason == EWOULDBLOCK else { throw Fault.system("locking \(folder)", errno: reason) }
            throw Fault(
                .unavailable, "\(folder) is being changed by another program", hint: "try again when it is done")
        }
        self.handle = handle
    }

    deinit { close(handle) }

    /// Says until when it is held.
    package func letGo() { flock(handle, LOCK_UN) }
}
