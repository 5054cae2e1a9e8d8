internal import Core
internal import Glibc

/// A file that is written at its end for ever and never takes more than its share of the disk: full, it becomes `NAME.1`,
/// what was `NAME.1` becomes `NAME.2`, and the oldest goes. Confined to the thread that writes.
package struct RotatedFile: ~Copyable {
    private let path: String
    /// Of one file; all of them together take `files` times as much.
    private let fileBytesMax: Int
    private let files: Int
    private var descriptor: Int32 = -1
    private var size = 0
    /// Bytes that the disk did not take.
    package private(set) var lost = 0

    package init(_ path: String, bytesMax: Int, files: Int) {
        self.path = path
        self.files = max(1, files)
        fileBytesMax = max(4096, bytesMax / self.files)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Writes all of it, or counts what is lost; a piece is not divided unless it is larger than a file.
    package mutating func append(_ bytes: [UInt8]) {
        var place = 0
        while place < bytes.count {
            let piece = min(bytes.count - place, fileBytesMax)
            guard open(withRoomFor: piece) else {
                lost += bytes.count - place
                return
            }
            let count = unsafe bytes.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress?.advanced(by: place), piece)
            }
            guard count > 0 else {
                if count < 0 && errno == EINTR { continue }
                lost += bytes.count - place
                return
            }
            size += count
            place += count
        }
    }

    private mutating func open(withRoomFor piece: Int) -> Bool {
        guard open() else { return false }
        guard size > 0, size + piece > fileBytesMax else { return true }
        rotate()
        return open()
    }

    private mutating func open() -> Bool {
        if descriptor >= 0 { return true }
        descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { return false }
        var status = stat()
        size = unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        return true
    }

    private mutating func rotate() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        size = 0
        for number in stride(from: files - 1, to: 0, by: -1) {
            unsafe rename(number == 1 ? path : "\(path).\(number - 1)", "\(path).\(number)")
        }
        if files == 1 { unsafe unlink(path) }
    }
}
