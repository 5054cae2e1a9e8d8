internal import Core
internal import Database
internal import Records
internal import Synchronization
internal import TopicRules

/// Topic rules: what comes under their topics is held against their SQL, and what they want done about it is written
/// down and then carried out. A message that came has its actions on the disk a moment later; each is carried out at
/// least once, or given up in words.
///
/// Concurrency: rules are records of a shelf of their own, because what they have to do is written there with each
/// message, and is not to hold up the registry; as they work they are a value under a lock. Messages come on the line's
/// thread, which waits when too many are on their way to the disk; a courier with a thread of its own does the rest.
package final class RuleDesk: Sendable {
    /// From now on these are to be heard of.
    package typealias Attend = @Sendable (_ filters: Set<String>) -> Void

    static let rule = "rule"
    private static let tags = "CREATE TABLE tags(arn TEXT, key TEXT, value TEXT, PRIMARY KEY(arn, key)) WITHOUT ROWID"
    /// So many messages may be on their way to the disk.
    private static let onTheirWayMax = 256
    private static let carriagesMax = 100_000
    private static let bytesMax = 256 << 20
    /// How often rules may pass a message on to each other.
    private static let depthMax = 8

    let shelf: RecordShelf
    let account: String
    let quiet = QuietLog()
    private let book = Mutex(RuleBook())
    private let wires = Mutex(Wires())
    private let turn = Mutex(())
    private let way = Turnstile(onTheirWayMax)
    private let waiting = Mutex((carriages: 0, bytes: 0))
    private let courier = RuleCourier()

    private struct Wires {
        var attend: Attend?
    }

    init(_ path: String, account: String) throws(Fault) {
        self.account = account
        shelf = try RecordShelf(path, tables: [Self.tags, RuleCarriage.table])
        do throws(ServiceProblem) {
            let found = try shelf.read { database throws(Fault) in
                try database.rows(
                    """
                    SELECT count(*), coalesce(sum(length(original) + coalesce(length(payload), 0) + 512), 0)
                    FROM carriages
                    """
                ) { (carriages: Int($0.int(0)), bytes: Int($0.int(1))) }.first
            }
            waiting.withLock { $0 = found ?? (0, 0) }
        } catch { throw Fault(.system, error.message) }
        refresh()
    }

    /// What was not carried out when the hub was last here goes on.
    package func start(_ actions: any TopicActions) { courier.start(self, actions) }

    /// There is a line to the broker now.
    package func connect(_ attend: @escaping Attend) {
        wires.withLock { $0.attend = attend }
        refresh()
    }

    func close() {
        way.waitForAll()
        courier.stop()
        shelf.close()
    }

    // MARK: rules

    subscript(name: String) -> TopicRule? { book.withLock { $0[name] } }

    func rules(for topic: String) -> (rules: [TopicRule], topic: String) { book.withLock { $0 }.rules(for: topic) }

    /// What is to be heard of.
    package var filters: Set<String> { book.withLock { $0.filters } }

    func wantsSender(of topic: String) -> Bool { book.withLock { $0 }.wantsSender(of: topic) }

    /// The rules have changed.
    func refresh() {
        turn.withLock { _ in
            let records = shelf.records
            let rows = records.keys(Self.rule).compactMap { name in records[Self.rule, name]?.map.map { (name, $0) } }
            let fresh = RuleBook(rows, last: book.withLock { $0 })
            book.withLock { $0 = fresh }
            let wires = wires.withLock { $0 }
            wires.attend?(fresh.filters)
        }
    }

    // MARK: messages

    /// A message that came by one of the filters. `sender`: who sent it, where that is known.
    package func hear(
        _ topic: String, _ payload: [UInt8], by filter: String, sender: (certificate: String, client: String)?
    ) {
        let (rules, topic) = book.withLock { $0 }.rules(for: topic, by: filter)
        guard !rules.isEmpty else { return }
        let message = RuleMessage(
            topic: topic, payload: payload, client: sender?.client, certificate: sender?.certificate, account: account,
            milliseconds: Int64(WallClock.milliseconds))
        let carriages = carriages(rules, message, depth: 0)
        guard !carriages.isEmpty else { return }
        way.enter()
        shelf.submit({ desk in
            for carriage in carriages { try carriage.insert(into: desk.database) }
        }) { [self] outcome in
            defer { way.leave() }
            guard case .failure(let problem) = outcome else { return courier.ring() }
            forget(carriages)
            quiet.line("disk", "rules lose a message under \(topic): \(problem.message)")
        }
    }

    /// What the rules have to do about a message, as far as there is room for it.
    func carriages(_ rules: [TopicRule], _ message: RuleMessage, depth: Int) -> [RuleCarriage] {
        var carriages: [RuleCarriage] = []
        for rule in rules {
            guard depth < Self.depthMax else {
                quiet.line(
                    "depth \(rule.name)",
                    "rule \(rule.name): \(message.topic): passed on \(Self.depthMax) times, a message goes no further"
                )
                continue
            }
            do throws(RuleFailure) {
                guard let carriage = try rule.carriage(for: message, depth: depth) else { continue }
                if remember(carriage) { carriages.append(carriage) }
            } catch {
                quiet.line("sql \(rule.name)", "rule \(rule.name): \(message.topic): \(error.reason)")
            }
        }
        return carriages
    }

    /// False, and told, when too much waits already.
    func remember(_ carriage: RuleCarriage) -> Bool {
        let hasRoom = waiting.withLock { waiting in
            guard waiting.carriages < Self.carriagesMax, waiting.bytes < Self.bytesMax else { return false }
            waiting.carriages += 1
            waiting.bytes += carriage.byteCount
            return true
        }
        if !hasRoom {
            quiet.line(
                "room", "rule \(carriage.rule) loses a message under \(carriage.topic): too much waits to be carried")
        }
        return hasRoom
    }

    func forget(_ carriages: [RuleCarriage]) {
        waiting.withLock { waiting in
            waiting.carriages -= carriages.count
            waiting.bytes -= carriages.reduce(0) { $0 + $1.byteCount }
        }
    }
}
