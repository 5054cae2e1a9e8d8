internal import Core
internal import Glibc

/// The end of a file that is being written.
enum LogTail {
    private static let bytesMax = 4 << 20

    static func lines(_ count: Int, of path: String) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        let size = Int(lseek(file, 0, SEEK_END))
        let from = max(0, size - bytesMax)
        var bytes = [UInt8](repeating: 0, count: size - from)
        let got = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, from) }
        bytes.removeLast(bytes.count - max(0, got))
        var left = count
        var start = bytes.count
        while start > 0 {
            if bytes[start - 1] == UInt8(ascii: "\n"), start < bytes.count {
                left -= 1
                if left == 0 { break }
            }
            start -= 1
        }
        return Array(bytes[start...])
    }
}
