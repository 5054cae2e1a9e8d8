package import AWSProtocol
package import Core
package import Crypto
internal import Database
internal import EventPatterns
internal import JSON
internal import Records
internal import Synchronization

/// Buses, rules and targets; takes events, and sees that they get where rules send them.
///
/// Concurrency: buses, rules and targets are records of the shelf; what is on its way lies in a table of its file until it
/// has arrived, and a courier for each kind of target carries it. Schedules and replays have a thread each.
package final class EventsDesk: Sendable {
    enum Kind {
        static let bus = "bus"
        static let rule = "rule"
        static let target = "target"
        static let archive = "archive"
        static let replay = "replay"
    }

    static let defaultBus = "default"
    private static let tables = [
        """
        CREATE TABLE deliveries(
            n INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER, target TEXT, arn TEXT, taken INTEGER, attempts INTEGER,
            hops INTEGER, payload BLOB);
        CREATE INDEX deliveries_due ON deliveries(due, n);
        """,
        """
        ALTER TABLE deliveries ADD COLUMN carrier TEXT NOT NULL DEFAULT '';
        UPDATE deliveries SET carrier = iif(arn LIKE '%:event-bus/%', 'buses', 'log-groups');
        DROP INDEX deliveries_due;
        CREATE INDEX deliveries_due ON deliveries(carrier, due, n);
        CREATE TABLE kept(n INTEGER PRIMARY KEY AUTOINCREMENT, archive TEXT, at INTEGER, event BLOB);
        CREATE INDEX kept_at ON kept(archive, at, n);
        CREATE TABLE schedules(rule TEXT PRIMARY KEY, due INTEGER) WITHOUT ROWID;
        """,
        // What is given up and could not be buried yet says why; archives are told apart by a key of their own, so that
        // a new one of an old name begins empty while the old one is swept away.
        """
        ALTER TABLE deliveries ADD COLUMN epitaph TEXT;
        CREATE INDEX deliveries_arn ON deliveries(carrier, arn, due);
        CREATE TABLE holdings(archive TEXT PRIMARY KEY, events INTEGER, bytes INTEGER) WITHOUT ROWID;
        INSERT INTO holdings SELECT archive, count(*), total(length(event)) FROM kept GROUP BY archive;
        CREATE TRIGGER kept_more AFTER INSERT ON kept BEGIN
            INSERT INTO holdings VALUES(new.archive, 1, length(new.event))
            ON CONFLICT DO UPDATE SET events = events + 1, bytes = bytes + length(new.event);
        END;
        CREATE TRIGGER kept_less AFTER DELETE ON kept BEGIN
            UPDATE holdings SET events = events - 1, bytes = bytes - length(old.event) WHERE archive = old.archive;
        END;
        """,
    ]

    let shelf: RecordShelf
    let account: String
    let region: String
    private let posted = Mutex<Signposts?>(nil)
    let couriers: Couriers
    let deadLetters: any DeadLetterBox
    private let seal: SealingKey
    let clockwork = Clockwork()
    let replayer = Replayer()
    private let buses = BusReceiver()

    /// `receivers`: whoever takes in what rules send.
    package init(
        _ path: String, account: String, region: String, seal: SealingKey, receivers: [any EventReceiver],
        deadLetters: any DeadLetterBox
    ) throws(Fault) {
        self.account = account
        self.region = region
        self.seal = seal
        self.deadLetters = deadLetters
        shelf = try RecordShelf(path, tables: Self.tables)
        couriers = Couriers(
            shelf, receivers + [buses, APIDestinationReceiver(shelf, seal: seal)], deadLetters,
            home: "\(region):\(account)")
    }

    package func start() throws(ServiceProblem) {
        let (name, arn) = (Self.defaultBus, busARN(Self.defaultBus))
        try shelf.change { desk in
            guard desk.records[Kind.bus, name] == nil else { return }
            desk.records[Kind.bus, name] = ["Name": .text(name), "Arn": .text(arn)]
        }
        buses.serve(self)
        couriers.start()
        clockwork.start(self)
        replayer.start(self)
    }

    package func close() {
        clockwork.stop()
        replayer.stop()
        couriers.stop()
        shelf.close()
    }

    package var service: AWSService {
        AWSService(
            "events", .json11, targets: ["AWSEvents"], version: "2015-10-07",
            operations: Buses(desk: self).operations + Rules(desk: self).operations + Targets(desk: self).operations
                + Intake(desk: self).operations + RuleTags(desk: self).operations
                + Archives(desk: self).operations + Replays(desk: self).operations
                + Connections(shelf: shelf, seal: seal).operations + APIDestinations(shelf: shelf).operations)
    }

    /// Events of the hub's own services, whole; they are on the disk for every target when this returns.
    package func announce(_ events: [[UInt8]]) throws(ServiceProblem) {
        try Intake(desk: self).pass(events.map { ($0, 0) }, to: Self.defaultBus)
    }

    /// How many letters are on their way.
    package var waiting: Int {
        let count = try? shelf.read { database throws(Fault) in
            try database.rows("SELECT count(*) FROM deliveries") { Int($0.int(0)) }.first
        }
        return count ?? 0
    }

    /// Whether something can be sent to an ARN.
    package func reaches(_ arn: String) -> Bool { couriers.courier(to: arn) != nil }

    /// Sends an event to ARNs that no rule names; it is on the disk for each when this returns.
    package func send(_ event: [UInt8], to arns: [String]) throws(ServiceProblem) {
        let now = Int64(WallClock.milliseconds)
        let deliveries = arns.map { Delivery(payload: event, to: $0) }
        try shelf.change { [couriers] shelf in try couriers.add(deliveries, now, to: shelf.database) }
        couriers.ring(for: deliveries)
    }

    /// An event as it travels.
    func envelope(
        id: String = UniqueID.random(), source: String, type: String, time: Int64, resources: [String],
        _ detail: Datum
    ) -> Datum {
        [
            "version": "0", "id": .text(id), "detail-type": .text(type), "source": .text(source),
            "account": .text(account), "time": .text(CivilTime(milliseconds: time).isoSeconds),
            "region": .text(region), "resources": .list(resources.map(Datum.text)), "detail": detail,
        ]
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

    /// Now, as documents have it.
    static var now: Datum { .number(Double(WallClock.milliseconds) / 1000) }

    static func ruleKey(_ bus: String, _ rule: String) -> String { "\(bus)\u{1}\(rule)" }
    /// A target's key is its rule's, and its own name.
    static func ruleKey(ofTarget key: String) -> String {
        key.split(separator: "\u{1}", omittingEmptySubsequences: false).prefix(2).joined(separator: "\u{1}")
    }
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

    /// Where events go by these records; made again when somebody has changed something.
    func signposts(_ records: Records) -> Signposts {
        if let known = posted.withLock({ $0 }), known.revision == records.revision { return known }
        let made = Signposts(records) { try? Self.read(pattern: $0) }
        posted.withLock { $0 = made }
        return made
    }
}
