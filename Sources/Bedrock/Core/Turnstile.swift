internal import Synchronization

/// Lets so many in at a time; who comes then waits until somebody leaves.
package final class Turnstile: Sendable {
    private let most: Int
    private let inside = Mutex(0)
    private let bell = Doorbell()

    package init(_ most: Int) { self.most = most }

    package func enter() {
        wait { inside in
            guard inside < most else { return false }
            inside += 1
            return true
        }
    }

    /// Whether who comes now would have to wait.
    package var isFull: Bool { inside.withLock { $0 >= most } }

    /// Goes in whoever else is inside.
    package func push() { inside.withLock { $0 += 1 } }

    package func leave() {
        inside.withLock { $0 -= 1 }
        bell.ring()
    }

    /// Comes back when nobody is inside.
    package func waitForAll() { wait { $0 == 0 } }

    private func wait(_ isOver: (inout Int) -> Bool) {
        while true {
            let seen = bell.rings
            if inside.withLock({ isOver(&$0) }) { return }
            bell.wait(since: seen, until: .distantFuture)
        }
    }
}
