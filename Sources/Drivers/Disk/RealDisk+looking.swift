package import Core
internal import Glibc

extension RealDisk {
    package func read(_ path: String, from offset: Int, atMost count: Int) throws(Fault) -> [UInt8] {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.disk("opening \(path)") }
        defer { Glibc.close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw Fault.disk("looking at \(path)") }
        var bytes = [UInt8](repeating: 0, count: max(0, min(count, Int(status.st_size) - offset)))
        var done = 0
        while done < bytes.count {
            let left = bytes.count - done
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(file, buffer.baseAddress?.advanced(by: done), left, offset + done)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Fault.disk("reading \(path)") }
            if got == 0 { break }
            done += got
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    package func length(of path: String) -> Int? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    package func names(in folder: String) throws(Fault) -> [String] {
        guard let handle = unsafe opendir(folder) else { throw Fault.disk("reading folder \(folder)") }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package func freeBytes(in folder: String) throws(Fault) -> Int {
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else { throw Fault.disk("looking at the disk of \(folder)") }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
