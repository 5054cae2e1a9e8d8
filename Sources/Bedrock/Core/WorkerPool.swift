internal import CKernel
internal import Synchronization

/// A few threads for work that is too long for a thread that serves many: parsing 16 MB of JSON, inflating, compiling.
///
/// Concurrency: `submit` from anywhere; the queue is under its lock and bounded by what callers may have in flight.
@safe package final class WorkerPool: @unchecked Sendable {
    private let queue = Mutex<[@Sendable () -> Void]>([])
    private let bell: UnsafeMutablePointer<UInt32>

    package init(_ name: String, threads: Int) {
        unsafe bell = .allocate(capacity: 1)
        unsafe bell.initialize(to: 0)
        for number in 0..<threads {
            Lane.start("\(name)-\(number)", stackBytes: 2 << 20) { self.loop() }
        }
    }

    package func submit(_ work: @escaping @Sendable () -> Void) {
        queue.withLock { $0.append(work) }
        _ = unsafe ls_add(bell, 1)
        _ = unsafe ls_futex_wake(bell, 1)
    }

    private func loop() {
        while true {
            let seen = unsafe ls_load(bell)
            if let work = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                work()
            } else {
                _ = unsafe ls_futex_wait(bell, seen, 0)
            }
        }
    }
}
