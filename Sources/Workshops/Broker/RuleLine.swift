package import Core
internal import MQTT
internal import Synchronization

/// The hub's second line into the broker: it hears what rules ask for, and says what they pass on.
///
/// It speaks MQTT 5 and subscribes to each filter that some rule has, once. Each subscription has a mark, which comes
/// with its messages: so a message that two filters are about comes once for each of them, and only the rules with that
/// filter are asked. Filters that hold others are not put together, because the broker would then hand over what no
/// rule wants. What the line says itself does not come back to it: whoever says it knows how often it has been passed
/// on.
///
/// Concurrency: messages come on the client's thread; attending and saying from any other, one change of filters at a
/// time.
package final class RuleLine: Sendable {
    package struct Message: Hashable, Sendable {
        package let topic: String
        package let payload: [UInt8]
        /// The filter that it comes by.
        package let filter: String
        /// Nil where it is not known: nobody asked for it, or the hub said it.
        package let sender: BrokerSender?
    }

    package struct Letter: Hashable, Sendable {
        package let topic: String
        package let payload: [UInt8]
        package let quality: Int

        package init(topic: String, payload: [UInt8], quality: Int) {
            self.topic = topic
            self.payload = payload
            self.quality = quality
        }
    }

    package typealias Listener = @Sendable (Message) -> Void

    private struct State {
        var client: MQTTClient?
        var isConnected = false
        var marks: [String: Int] = [:]
        var filters: [Int: String] = [:]
    }

    private static let name = "lineside-rules"
    private static let startSeconds: UInt64 = 10
    private static let settleSeconds: UInt64 = 2
    private static let sentSeconds: UInt64 = 10
    private static let patience = 100 * Span64.millisecond
    private static let marksMax: UInt64 = 268_435_455

    private let notes: SenderNotes
    private let listener: Listener
    private let state = Mutex(State())
    private let turn = Mutex(())
    private let settled = Receipts()
    private let sent = Receipts()
    private let came = Doorbell()

    init(_ notes: SenderNotes, _ listener: @escaping Listener) {
        self.notes = notes
        self.listener = listener
    }

    /// Comes back when it is connected, or after a while: it goes on trying.
    func start(_ socket: String) throws(Fault) {
        let client = try MQTTClient(Self.name, forgets: false, version: .five) { [self] event in hear(event) }
        state.withLock { $0.client = client }
        try client.start(host: socket, port: 0)
        let end = Instant.now.advanced(by: Self.startSeconds * Span64.second)
        while Instant.now < end {
            let seen = came.rings
            if state.withLock({ $0.isConnected }) { return }
            came.wait(since: seen, until: end)
        }
        Log.line("broker: the line for rules does not come up yet")
    }

    func stop() {
        let last = state.withLock { state in
            defer { state.client = nil }
            return state.client
        }
        last?.stop()
    }

    // MARK: hearing

    private func hear(_ event: MQTTClient.Event) {
        switch event {
        case .connected:
            let (client, marks) = state.withLock { state in
                state.isConnected = true
                return (state.client, state.marks)
            }
            for (filter, mark) in marks {
                do throws(Fault) { _ = try client?.subscribe(filter, mark: mark) } catch {
                    Log.line("broker: \(error)")
                }
            }
            came.ring()
        case .disconnected: state.withLock { $0.isConnected = false }
        case .marked(let topic, let payload, let mark, let note):
            // One that is not known belongs to a rule that was there before.
            guard let filter = state.withLock({ $0.filters[mark] }) else { return }
            listener(
                Message(topic: topic, payload: payload, filter: filter, sender: note.flatMap { notes.sender($0) }))
        case .sent(let number): sent.note(number)
        case .settled(let number): settled.note(number)
        case .message: break
        }
    }

    /// From now on it hears of these. Comes back when the broker has said so, if it is there.
    package func attend(to filters: Set<String>) {
        turn.withLock { _ in
            let (client, added, gone) = state.withLock { state in
                let gone = state.marks.keys.filter { !filters.contains($0) }
                for filter in gone {
                    if let mark = state.marks.removeValue(forKey: filter) { state.filters[mark] = nil }
                }
                var added: [(filter: String, mark: Int)] = []
                for filter in filters where state.marks[filter] == nil {
                    var mark = Self.mark(of: filter)
                    while state.filters[mark] != nil { mark = mark % Int(Self.marksMax) + 1 }
                    state.marks[filter] = mark
                    state.filters[mark] = filter
                    added.append((filter, mark))
                }
                return (state.isConnected ? state.client : nil, added, gone)
            }
            guard let client else { return }
            let end = Instant.now.advanced(by: Self.settleSeconds * Span64.second)
            do throws(Fault) {
                let mark = settled.begin()
                defer { settled.end() }
                var numbers: [Int] = []
                for (filter, mark) in added { numbers.append(try client.subscribe(filter, mark: mark)) }
                for filter in gone { numbers.append(try client.unsubscribe(filter)) }
                if !wait(for: numbers, in: settled, since: mark, until: end) {
                    Log.line("broker: it has not said yet that it heeds a change of rules")
                }
            } catch {
                // When it is there again it is told everything.
                if !MQTTClient.isWithoutConnection(error) { Log.line("broker: \(error)") }
            }
        }
    }

    /// The same for a filter whenever it is asked: the broker keeps subscriptions, and messages with their marks, while
    /// the hub is not there.
    private static func mark(of filter: String) -> Int {
        // <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
        let digest = filter.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return Int(digest % marksMax) + 1
    }

    // MARK: saying

    /// Comes back when the broker has all of it.
    package func say(_ letters: [Letter]) throws(Fault) {
        guard let client = state.withLock({ $0.isConnected ? $0.client : nil }) else {
            throw Fault(.unavailable, "the broker is not there")
        }
        let end = Instant.now.advanced(by: Self.sentSeconds * Span64.second)
        let mark = sent.begin()
        defer { sent.end() }
        var numbers: [Int] = []
        for letter in letters {
            numbers.append(try client.publish(letter.payload, to: letter.topic, quality: letter.quality))
        }
        let isSent = wait(for: numbers, in: sent, since: mark, until: end)
        guard isSent else { throw Fault(.unavailable, "the broker does not answer") }
    }

    /// False when not all of them came in time, or the line has been closed meanwhile.
    private func wait(for numbers: [Int], in book: Receipts, since mark: UInt64, until end: Instant) -> Bool {
        for number in numbers {
            while !book.wait(for: number, since: mark, until: min(end, Instant.now.advanced(by: Self.patience))) {
                guard Instant.now < end, state.withLock({ $0.client != nil }) else { return false }
            }
        }
        return true
    }
}
