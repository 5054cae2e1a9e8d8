internal import CKernel
package import Core
internal import Glibc

/// The few things that are asked of the file system, in whole files and whole folders.
package enum FileAccess {
    package struct Facts: Hashable, Sendable {
        package let isFolder: Bool
        /// A file that lies on a disk, which a pipe, a socket and a device are not.
        package let isRegular: Bool
        package let bytes: Int
    }

    /// What is at a path, links followed; nil when nothing is.
    package static func facts(_ path: String) -> Facts? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        let kind = status.st_mode & S_IFMT
        return Facts(isFolder: kind == S_IFDIR, isRegular: kind == S_IFREG, bytes: Int(status.st_size))
    }

    package static func isFile(_ path: String) -> Bool { facts(path)?.isRegular == true }
    /// Whether there is something to read once: a file, or a pipe that a shell handed over.
    package static func isReadable(_ path: String) -> Bool { facts(path)?.isFolder == false }
    package static func isFolder(_ path: String) -> Bool { facts(path)?.isFolder == true }

    /// The path from the root, links resolved; as it was when nothing is there.
    package static func resolved(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Names in a folder, sorted, without those that begin with a dot unless they are asked for.
    package static func names(in folder: String, hidden: Bool = false) throws(Fault) -> [String] {
        guard let handle = unsafe opendir(folder) else { throw Fault.system("reading folder \(folder)") }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            }
            if hidden ? name != "." && name != ".." : !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static let pieceBytes = 1 << 20

    /// Gives a file of any size to `take`, piece after piece.
    package static func readPieces(
        _ path: String, _ take: (UnsafeRawBufferPointer) throws(Fault) -> Void
    ) throws(Fault) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        defer { close(file) }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { unsafe block.deallocate() }
        while true {
            let count = unsafe Glibc.read(file, block.baseAddress, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Fault.system("reading \(path)") }
            if count == 0 { return }
            unsafe try take(UnsafeRawBufferPointer(rebasing: block.prefix(count)))
        }
    }

    /// Reads a whole file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int = 1 << 30) throws(Fault) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let room = 1 << 16
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: room))
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress?.advanced(by: start), room)
            }
            guard count >= 0 else { throw Fault.system("reading \(path)") }
            bytes.removeLast(room - count)
            if count == 0 { return bytes }
            guard bytes.count <= limit else { throw Fault(.exhausted, "\(path) is larger than \(ByteSize(limit))") }
        }
    }

    /// Writes a whole file by way of a neighbour, so that no reader ever sees half of it.
    package static func write(_ bytes: [UInt8], to path: String) throws(Fault) {
        let half = path + ".new"
        let file = unsafe open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Fault.system("creating \(half)") }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            guard count > 0 else {
                let reason = errno
                close(file)
                unsafe unlink(half)
                throw Fault.system("writing \(half)", errno: reason)
            }
            written += count
        }
        fsync(file)
        close(file)
        guard unsafe rename(half, path) == 0 else { throw Fault.system("renaming \(half)") }
    }

    /// A path from the root, for programs that run elsewhere.
    package static func absolute(_ path: String) throws(Fault) -> String {
        if path.hasPrefix("/") { return path }
        guard let here = unsafe getcwd(nil, 0) else { throw Fault.system("asking for the current folder") }
        defer { unsafe free(here) }
        return unsafe path == "." ? String(cString: here) : String(cString: here) + "/" + path
    }

    /// Makes a folder, and those above it that are not there.
    package static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(Fault) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + part
            guard unsafe mkdir(partial, mode) == 0 || errno == EEXIST else {
                throw Fault.system("making the folder \(partial)")
            }
        }
        guard isFolder(path) else { throw Fault(.invalid, "\(path) is not a folder") }
    }

    /// Gives a file or folder to a user and a group.
    package static func give(_ path: String, user: UInt32, group: UInt32) throws(Fault) {
        guard unsafe lchown(path, user, group) == 0 else { throw Fault.system("giving \(path) to user \(user)") }
    }

    /// Whether there is a file that this process may execute.
    package static func isExecutable(_ path: String) -> Bool { unsafe isFile(path) && access(path, X_OK) == 0 }

    /// A new folder of our own under the machine's temporary folder.
    package static func temporaryFolder(_ name: String) throws(Fault) -> String {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/\(name).XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress, let path = unsafe mkdtemp(start) else { return nil }
            return unsafe String(cString: path)
        }
        guard let made else { throw Fault.system("making a temporary folder in \(base)") }
        return made
    }

    /// Puts a folder, made ready beside it, in a folder's place: whoever reads there finds the old files or the new ones,
    /// and never none. Where the file system cannot exchange them, there is a moment without any.
    package static func replaceFolder(_ path: String, with fresh: String) throws(Fault) {
        if unsafe ls_exchange_names(fresh, path) == 0 { return remove(fresh) }
        remove(path)
        guard unsafe rename(fresh, path) == 0 else { throw Fault.system("renaming \(fresh)") }
    }

    /// Removes a folder and everything in it; links are removed, not followed.
    package static func remove(_ path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? names(in: path, hidden: true)) ?? [] { remove(path + "/" + name) }
            unsafe rmdir(path)
        } else {
            unsafe unlink(path)
        }
    }
}
