internal import Broker
internal import Core
internal import Synchronization

/// How much is kept for newcomers, so that it has an end: the broker keeps it in memory.
///
/// Concurrency: a value under a lock. What of the messages is written down lies in the table.
final class RetainedTally: Sendable {
    private static let topicsMax = 10_000
    private static let bytesMax = 256 << 20
    private let book = Mutex(Book())

    private struct Book: Sendable {
        var sizes: [String: Int] = [:]
        var bytes = 0
        /// What the hub gives back to the broker, as it was.
        var returning: [String: [UInt8]] = [:]

        mutating func set(_ topic: String, _ size: Int) {
            bytes += size - (sizes[topic] ?? 0)
            sizes[topic] = size == 0 ? nil : size
        }
    }

    /// Why so many bytes cannot be kept for a topic.
    func objection(to topic: String, bytes: Int) -> String? {
        guard bytes > 0 else { return nil }
        return book.withLock { book in
            let before = book.sizes[topic]
            if before == nil, book.sizes.count >= Self.topicsMax {
                return "\(Self.topicsMax) topics have a retained message: take one back with an empty message"
            }
            if book.bytes - (before ?? 0) + bytes > Self.bytesMax {
                return "there are \(ByteSize(Self.bytesMax)) of retained messages: take some back with empty messages"
            }
            return nil
        }
    }

    func set(_ topic: String, _ size: Int) { book.withLock { $0.set(topic, size) } }

    /// These are about to be said again.
    func expect(_ postings: [Posting]) {
        book.withLock { book in book.returning = Dictionary(postings.map { ($0.topic, $0.payload) }) { $1 } }
    }

    /// Whether this is one of those. What somebody else says of the topic meanwhile is news, and then so is what was said again.
    func takeReturned(_ message: KeptMessage) -> Bool {
        book.withLock { $0.returning.removeValue(forKey: message.topic) == message.payload }
    }
}
