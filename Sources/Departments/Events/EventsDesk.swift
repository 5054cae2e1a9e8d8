package import AWSProtocol
package import Core
internal import EventPatterns
internal import JSON
internal import Records
internal import Synchronization

/// Buses, rules and targets; takes events, and sees that they get where rules send them.
///
/// Concurrency: buses, rules and targets are records of the shelf; what is on its way lies in a table of its file until it
/// has arrived, and one courier carries it.
package final class EventsDesk: Sendable {
    enum Kind {
        static let bus = "bus"
        static let rule = "rule"
        static let target = "target"
    }

    static let defaultBus = "default"
    private static let tables = [
        """
        CREATE TABLE deliveries(
            n INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER, target TEXT, arn TEXT, taken INTEGER, attempts INTEGER,
            hops INTEGER, payload BLOB);
        CREATE INDEX deliveries_due ON deliveries(due, n);
        """
    ]

    let shelf: RecordShelf
    let account: String
    let region: String
    private let patterns = Mutex<[String: EventPattern]>([:])
    private static let patternsMax = 4096
    let courier: Courier

    /// `receivers`: whoever takes in what rules send.
    package init(_ path: String, account: String, region: String, receivers: [any EventReceiver]) throws(Fault) {
        self.account = account
        self.region = region
        shelf = try RecordShelf(path, tables: Self.tables)
        courier = Courier(shelf, receivers)
    }

    package func start() throws(ServiceProblem) {
        let (name, arn) = (Self.defaultBus, busARN(Self.defaultBus))
        try shelf.change { desk in
            guard desk.records[Kind.bus, name] == nil else { return }
            desk.records[Kind.bus, name] = ["Name": .text(name), "Arn": .text(arn)]
        }
        courier.start(self)
    }

    package func close() {
        courier.stop()
        shelf.close()
    }

    package var service: AWSService {
        AWSService(
            "events", .json11, targets: ["AWSEvents"], version: "2015-10-07",
            operations: Buses(desk: self).operations + Rules(desk: self).operations + Targets(desk: self).operations
                + Intake(desk: self).operations + RuleTags(desk: self).operations)
    }

    /// Events of the hub's own services, whole; they are on the disk for every target when this returns.
    package func announce(_ events: [[UInt8]]) throws(ServiceProblem) {
        try Intake(desk: self).pass(events.map { ($0, 0) }, to: Self.defaultBus)
    }

    // MARK: names

    func busARN(_ name: String) -> String { "arn:aws:events:\(region):\(account):event-bus/\(name)" }

    func ruleARN(_ bus: String, _ rule: String) -> String {
        let path = bus == Self.defaultBus ? rule : "\(bus)/\(rule)"
        return "arn:aws:events:\(region):\(account):rule/\(path)"
    }

    /// Buses are named by name or ARN; none is the default one.
    static func busName(_ given: String?) -> String {
        guard let given else { return defaultBus }
        guard given.hasPrefix("arn:"), let slash = given.firstIndex(of: "/") else { return given }
        return String(given[given.index(after: slash)...])
    }

    static func ruleKey(_ bus: String, _ rule: String) -> String { "\(bus)\u{1}\(rule)" }
    static func targetKey(_ bus: String, _ rule: String, _ id: String) -> String { "\(bus)\u{1}\(rule)\u{1}\(id)" }

    static func missing(_ what: String) -> ServiceProblem {
        ServiceProblem("ResourceNotFoundException", "\(what) does not exist.")
    }

    // MARK: patterns

    static func read(pattern text: String) throws(ServiceProblem) -> EventPattern {
        do throws(PatternRefusal) { return try EventPattern(parsing: Array(text.utf8)) } catch {
            throw ServiceProblem("InvalidEventPatternException", error.reason)
        }
    }

    /// A rule's pattern, read once.
    func pattern(_ text: String) -> EventPattern? {
        if let known = patterns.withLock({ $0[text] }) { return known }
        guard let pattern = try? Self.read(pattern: text) else { return nil }
        patterns.withLock {
            if $0.count >= Self.patternsMax { $0 = [:] }
            $0[text] = pattern
        }
        return pattern
    }

    /// What an event sets going: a payload for each target of each rule that is for it.
    func deliveries(of event: Datum, on bus: String, _ records: Records, hops: Int64 = 0) -> [Delivery] {
        var deliveries: [Delivery] = []
        for key in records.keys(Kind.rule, prefix: Self.ruleKey(bus, "")) {
            guard let rule = records[Kind.rule, key], rule["State"]?.text == "ENABLED",
                let text = rule["EventPattern"]?.text, let pattern = pattern(text), pattern.matches(event)
            else { continue }
            for target in records.keys(Kind.target, prefix: key + "\u{1}") {
                guard let target = records[Kind.target, target] else { continue }
                deliveries.append(Delivery(of: event, to: target, rule: rule, key: key, hops: hops))
            }
        }
        return deliveries
    }
}
