package import Core

extension Disk {
    /// Puts a whole file where another one may be: whatever happens, there is the old one or the new one.
    package func replace(_ path: String, in folder: String, with bytes: [UInt8]) throws(Fault) {
        let half = path + Self.halfSuffix
        do throws(Fault) {
            try writeWhole(bytes, to: half)
            try rename(half, to: path)
        } catch {
            try? unlink(half)
            throw error
        }
        try flushFolder(folder)
    }

    /// What is at the end of a name whose file is not whole yet.
    package static var halfSuffix: String { ".new" }

    /// A new file, flushed; its name is not.
    private func writeWhole(_ bytes: [UInt8], to path: String) throws(Fault) {
        let file = try open(path, at: 0)
        defer { close(file) }
        try write(bytes, to: file)
        try flush(file)
    }

    package func readWhole(_ path: String, limit: Int) throws(Fault) -> [UInt8] {
        let bytes = try read(path, from: 0, atMost: limit + 1)
        guard bytes.count <= limit else { throw Fault(.exhausted, "\(path) is larger than \(ByteSize(limit))") }
        return bytes
    }
}
