import Glibc
import Mailbox
import Testing

/// A place for a mailbox, gone with the test, and a way to scribble into it as a process that died half way would.
final class MailboxFile {
    let path: String
    private let folder: String

    init() throws {
        var name = Array("/tmp/lineside-mailbox-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&name))
        folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/mailbox"
    }

    deinit {
        unlink(path)
        rmdir(path)
        rmdir(folder)
    }

    /// Where things lie in the file, from its beginning. All that any process ever wrote lies there.
    enum Place {
        static let magic = 0
        static let version = 4
        static let release = 76
        static let triggers = 192
        static let outcomes = 4_416
        static let verdicts = 8_640
        static let size = 12_864
        /// In a ring.
        static let written = 0
        static let read = 64
        static let letters = 128
        static let letterBytes = 64
    }

    func write(_ bytes: [UInt8], at offset: Int = 0) throws {
        let file = open(path, O_RDWR | O_CREAT, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        try #require(pwrite(file, bytes, bytes.count, offset) == bytes.count)
    }

    func write(_ number: UInt64, at offset: Int) throws {
        try write((0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }, at: offset)
    }

    func write(_ number: UInt32, at offset: Int) throws {
        try write((0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }, at: offset)
    }

    func bytes() throws -> [UInt8] {
        let file = open(path, O_RDONLY)
        try #require(file >= 0)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 21)
        let count = read(file, &bytes, bytes.count)
        return Array(bytes.prefix(count))
    }

    /// Turns bits of one byte.
    func turn(_ bits: UInt8, at offset: Int) throws { try write([try bytes()[offset] ^ bits], at: offset) }
}
