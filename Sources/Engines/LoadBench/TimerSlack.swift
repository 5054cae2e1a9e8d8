internal import Glibc

/// While this lives, the kernel wakes the calling thread on time: it may otherwise be 50 us late to save power, which
/// every latency from an intended start would show. Where the kernel refuses, nothing happens.
///
/// Written to proc_pid_timerslack_ns(5), because `prctl(PR_SET_TIMERSLACK)` is variadic and so out of Swift's reach.
struct TimerSlack: ~Copyable {
    private let path: String
    private let old: [UInt8]

    init() {
        path = "/proc/\(Self.threadName)/timerslack_ns"
        old = Self.read(path)
        if !old.isEmpty { Self.write(Array("1".utf8), to: path) }
    }

    deinit {
        if !old.isEmpty { Self.write(old, to: path) }
    }

    /// The number of the calling thread: the link reads `1234/task/1240`.
    private static var threadName: Substring {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = unsafe readlink("/proc/thread-self", &buffer, buffer.count)
        let link = String(decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return link.split(separator: "/").last ?? "self"
    }

    private static func read(_ path: String) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { _ = close(file) }
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe Glibc.read(file, bytes.baseAddress, bytes.count)
        }
        return Array(buffer.prefix(max(count, 0)))
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { _ = close(file) }
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
    }
}
