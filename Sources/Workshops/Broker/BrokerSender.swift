internal import Core
internal import Synchronization

/// Whoever sent a message.
package struct BrokerSender: Hashable, Sendable {
    /// Its SHA-256 in hexadecimal.
    package let certificate: String
    package let client: String
}

/// Notes that messages carry, for MQTT tells nobody who sent what: the broker asks for leave before it takes a message
/// in, and is given a note for it where somebody will ask.
///
/// Concurrency: the gate's thread writes, the rule line's reads, under the lock.
final class SenderNotes: Sendable {
    /// So many messages may be on their way; whoever comes later than that does not learn who sent his.
    private static let most = 16_384
    private let notes = Mutex<(senders: [String: BrokerSender], order: [String], oldest: Int)>(([:], [], 0))

    /// Nobody guesses it: a device may write notes of its own.
    func note(of sender: BrokerSender) -> String {
        let note = String(UInt64.random(in: .min ... .max), radix: 16)
        notes.withLock { notes in
            notes.senders[note] = sender
            if notes.order.count < Self.most { return notes.order.append(note) }
            notes.senders[notes.order[notes.oldest]] = nil
            notes.order[notes.oldest] = note
            notes.oldest = (notes.oldest + 1) % Self.most
        }
        return note
    }

    func sender(_ note: String) -> BrokerSender? { notes.withLock { $0.senders[note] } }
}
