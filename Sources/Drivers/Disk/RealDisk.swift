package import Core
internal import Glibc

/// The machine's own file system. It keeps nothing but the places it has claimed.
package final class RealDisk: Disk {
    private var claims: [Int32] = []

    package init() {}

    deinit { for claim in claims { Glibc.close(claim) } }

    package func claim(_ path: String) throws(Fault) {
        let file = try checked("opening \(path)") { unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(file)
            throw Fault(
                .busy, "another lineside works with \(path)", hint: "stop that one first, or give each its own folder")
        }
        claims.append(file)
    }

    package func makeFolder(_ path: String) throws(Fault) {
        guard unsafe mkdir(path, 0o755) != 0 else { return }
        guard errno == EEXIST else { throw Fault.disk("making folder \(path)") }
    }

    package func open(_ path: String, at offset: Int) throws(Fault) -> DiskFile {
        let file = try checked("opening \(path)") { unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) }
        guard ftruncate(file, offset) == 0, lseek(file, offset, SEEK_SET) == offset else {
            let reason = errno
            Glibc.close(file)
            throw Fault.disk("cutting \(path) to \(offset) bytes", errno: reason)
        }
        return DiskFile(number: file)
    }

    package func write(_ bytes: [UInt8], to file: DiskFile) throws(Fault) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(file.number, buffer.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Fault.disk("writing") }
            written += count
        }
    }

    package func flush(_ file: DiskFile) throws(Fault) { _ = try checked("flushing") { fsync(file.number) } }

    package func close(_ file: DiskFile) { Glibc.close(file.number) }

    package func rename(_ path: String, to other: String) throws(Fault) {
        _ = try checked("renaming \(path) to \(other)") { unsafe Glibc.rename(path, other) }
    }

    package func flushFolder(_ path: String) throws(Fault) {
        let folder = try checked("opening folder \(path)") {
            unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        defer { Glibc.close(folder) }
        _ = try checked("flushing folder \(path)") { fsync(folder) }
    }

    package func unlink(_ path: String) throws(Fault) {
        _ = try checked("removing \(path)") { unsafe Glibc.unlink(path) }
    }

    package func removeFolder(_ path: String) throws(Fault) {
        _ = try checked("removing folder \(path)") { unsafe rmdir(path) }
    }

    /// Calls until it is not interrupted; below zero is a fault.
    private func checked(_ doing: @autoclosure () -> String, _ call: () -> Int32) throws(Fault) -> Int32 {
        while true {
            let result = call()
            guard result < 0 else { return result }
            let reason = errno
            if reason != EINTR { throw Fault.disk(doing(), errno: reason) }
        }
    }
}
