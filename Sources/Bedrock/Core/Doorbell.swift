internal import CKernel

/// Wakes one thread that has nothing to do. Ringing never waits.
///
/// Concurrency: the word is only touched by atomic operations and the kernel.
@safe package final class Doorbell: @unchecked Sendable {
    private let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

    package init() { unsafe word.initialize(to: 0) }
    deinit { unsafe word.deallocate() }

    /// Read before looking for work, and given to `wait`: a ring in between is then not missed.
    package var rings: UInt32 { unsafe ls_load(word) }

    package func ring() {
        _ = unsafe ls_add(word, 1)
        _ = unsafe ls_futex_wake(word, .max)
    }

    package func wait(since seen: UInt32, until end: Instant) {
        _ = unsafe ls_futex_wait(word, seen, end == .distantFuture ? 0 : end.nanoseconds)
    }
}
