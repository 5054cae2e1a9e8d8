internal import Synchronization

/// What was asked of another thread and is not done yet, counted. Things are done in the order in which they were asked.
///
/// Concurrency: for any thread.
package final class Backlog: Sendable {
    private struct Count {
        var asked: UInt64 = 0
        var done: UInt64 = 0
    }

    private let count = Mutex(Count())
    private let bell = Doorbell()

    package init() {}

    /// One thing more; its number.
    @discardableResult
    package func add() -> UInt64 {
        count.withLock { count in
            count.asked += 1
            return count.asked
        }
    }

    /// The number of the last thing that was asked.
    package var last: UInt64 { count.withLock { $0.asked } }
    package var isEmpty: Bool { count.withLock { $0.done == $0.asked } }

    /// Everything up to this number is done.
    package func settle(_ number: UInt64) {
        count.withLock { $0.done = max($0.done, number) }
        bell.ring()
    }

    /// Waits until everything up to this number is done, and says whether it was within `span` nanoseconds.
    package func isDone(_ number: UInt64, within span: UInt64) -> Bool {
        let end = Instant.now.advanced(by: span)
        while true {
            let seen = bell.rings
            if count.withLock({ $0.done >= number }) { return true }
            if Instant.now >= end { return false }
            bell.wait(since: seen, until: end)
        }
    }
}
