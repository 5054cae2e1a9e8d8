package import Core
internal import Glibc

/// What must survive a power cut: the bytes, the name, and the folder that holds the name.
extension FileAccess {
    /// Writes a whole file by way of a neighbour. When this returns the new bytes are on the disk under their name; when it
    /// throws, or the power goes, the old file is still whole.
    package static func writeDurably(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(Fault) {
        let half = path + ".new"
        let file = unsafe open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw Fault.system("creating \(half)") }
        do throws(Fault) {
            guard fchmod(file, mode) == 0 else { throw Fault.system("guarding \(half)") }
            try put(bytes, in: file, half)
            guard fsync(file) == 0 else { throw Fault.system("writing \(half)") }
        } catch {
            close(file)
            unsafe unlink(half)
            throw error
        }
        close(file)
        try moveDurably(half, to: path)
    }

    /// Renames, and does not return before the disk knows.
    package static func moveDurably(_ path: String, to target: String) throws(Fault) {
        guard unsafe rename(path, target) == 0 else { throw Fault.system("renaming \(path) to \(target)") }
        try flushFolder(of: target)
    }

    /// Makes the names in a file's folder durable.
    package static func flushFolder(of path: String) throws(Fault) {
        let folder = PathName.folder(of: path)
        let handle = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw Fault.system("opening folder \(folder)") }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw Fault.system("writing folder \(folder)") }
    }

    private static func put(_ bytes: [UInt8], in file: Int32, _ path: String) throws(Fault) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Fault.system("writing \(path)") }
            written += count
        }
    }
}
