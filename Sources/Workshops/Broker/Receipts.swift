internal import Core
internal import Synchronization

/// Which messages the broker has acknowledged since somebody began to wait for one. Their numbers come back after 65,535, so
/// that much is kept at most.
final class Receipts: Sendable {
    private struct Book: Sendable {
        var waiting = 0
        var count: UInt64 = 0
        var acknowledged: [Int: UInt64] = [:]
    }

    private let book = Mutex(Book())
    private let bell = Doorbell()

    func note(_ number: Int) {
        let isAwaited = book.withLock { book in
            guard book.waiting > 0 else { return false }
            book.count += 1
            book.acknowledged[number] = book.count
            return true
        }
        if isAwaited { bell.ring() }
    }

    /// Before a message is sent: its receipt may be there sooner than its number.
    func begin() -> UInt64 {
        book.withLock { book in
            book.waiting += 1
            return book.count
        }
    }

    func end() {
        book.withLock { book in
            book.waiting -= 1
            if book.waiting == 0 { book.acknowledged = [:] }
        }
    }

    /// Whether a message has been acknowledged since `mark`.
    func wait(for number: Int, since mark: UInt64, until end: Instant) -> Bool {
        while true {
            let seen = bell.rings
            if let place = book.withLock({ $0.acknowledged[number] }), place > mark { return true }
            guard Instant.now < end else { return false }
            bell.wait(since: seen, until: end)
        }
    }
}
