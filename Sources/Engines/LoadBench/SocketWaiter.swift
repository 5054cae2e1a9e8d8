internal import Glibc

/// Waits until one of several sockets can be used or a moment has come, to the nanosecond as far as the kernel can.
///
/// `poll` knows milliseconds only, and Swift's Glibc module has neither `ppoll` nor epoll: `pselect` is POSIX and
/// takes a `timespec`. Its price is FD_SETSIZE, which `BenchSocket` refuses to pass.
struct SocketWaiter {
    private var readable = fd_set()
    private var writable = fd_set()
    private var highest: Int32 = -1

    /// Forgets all sockets.
    mutating func reset() {
        readable = fd_set()
        writable = fd_set()
        highest = -1
    }

    /// Asks for `descriptor` to be watched in the next `wait`.
    mutating func watch(_ descriptor: Int32, writing: Bool) {
        Self.insert(descriptor, into: &readable)
        if writing { Self.insert(descriptor, into: &writable) }
        highest = max(highest, descriptor)
    }

    /// Waits at most `time`. Afterwards only the sockets that can be used are in the sets.
    mutating func wait(_ time: Nanoseconds) {
        var timeout = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        let count = unsafe pselect(highest + 1, &readable, &writable, nil, &timeout, nil)
        // On a signal the sets are left as they were, which would read as "all can be used".
        if count <= 0 { reset() }
    }

    func isReadable(_ descriptor: Int32) -> Bool { Self.contains(descriptor, in: readable) }

    func isWritable(_ descriptor: Int32) -> Bool { Self.contains(descriptor, in: writable) }

    // An fd_set is an array of longs, and descriptor n is bit n of it.
    private static func insert(_ descriptor: Int32, into set: inout fd_set) {
        let (word, bit) = Int(descriptor).quotientAndRemainder(dividingBy: UInt.bitWidth)
        unsafe withUnsafeMutableBytes(of: &set) { bytes in
            let words = unsafe bytes.assumingMemoryBound(to: UInt.self)
            unsafe words[word] |= 1 << UInt(bit)
        }
    }

    private static func contains(_ descriptor: Int32, in set: fd_set) -> Bool {
        let (word, bit) = Int(descriptor).quotientAndRemainder(dividingBy: UInt.bitWidth)
        return unsafe withUnsafeBytes(of: set) { bytes in
            unsafe bytes.assumingMemoryBound(to: UInt.self)[word] & (1 << UInt(bit)) != 0
        }
    }
}
