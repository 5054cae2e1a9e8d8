internal import Core
internal import Database
internal import JSON
internal import Records
internal import Synchronization

/// Alarms and dashboards, in a file of their own: unlike a minute's numbers, what people set up outlives a power cut.
final class AlarmDesk: Sendable {
    enum Kind {
        static let alarm = "alarm"
        static let dashboard = "dashboard"
    }

    /// What is to be told of a change, until it has been told.
    struct Announcement: Sendable {
        let number: Int64
        let alarm: Alarm
        let at: Int64
        let event: [UInt8]
        let targets: [String]
    }

    private static let announcements = """
        CREATE TABLE announcements(
            n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, alarm TEXT, event BLOB, targets TEXT);
        """

    let shelf: RecordShelf
    let account: String
    let region: String
    /// Rung when an alarm is to be looked at now.
    let bell = Doorbell()
    private let acceptance = Mutex<(@Sendable (String) -> Bool)?>(nil)

    init(_ path: String, account: String, region: String) throws(Fault) {
        self.account = account
        self.region = region
        shelf = try RecordShelf(path, tables: [AlarmHistory.table, Self.announcements])
    }

    // MARK: names

    private var stem: String { "arn:aws:cloudwatch:\(region):\(account):alarm:" }
    func arn(_ alarm: String) -> String { stem + alarm }
    func dashboardARN(_ dashboard: String) -> String { "arn:aws:cloudwatch::\(account):dashboard/\(dashboard)" }

    /// The alarm that a name or an ARN means.
    func name(of reference: String) -> String {
        reference.hasPrefix(stem) ? String(reference.dropFirst(stem.count)) : reference
    }

    static func alarm(_ name: String, in records: Records) -> Alarm? {
        records[Kind.alarm, name]?.map.map(Alarm.init)
    }

    static func missing(_ what: String) -> ServiceProblem {
        ServiceProblem("ResourceNotFound", "\(what) does not exist.", status: 404)
    }

    // MARK: actions

    func settle(accepts: @escaping @Sendable (String) -> Bool) { acceptance.withLock { $0 = accepts } }
    func accepts(_ arn: String) -> Bool { acceptance.withLock { $0 }?(arn) ?? false }

    // MARK: states

    /// An alarm comes into a state: it, its history and what is to be told of it are one change.
    func enter(_ finding: AlarmFinding, _ alarm: Alarm, at now: Int64, in desk: inout RecordShelf.Desk) throws {
        var changed = alarm
        changed.enter(finding, at: now)
        desk.records[Kind.alarm, alarm.name] = .map(changed.record)
        guard changed.value != alarm.value else { return }
        try AlarmHistory.entered(changed, from: alarm, desk.database)
        let event = AlarmEvent(alarm: changed, before: alarm, account: account, region: region)
        try desk.database.run(
            "INSERT INTO announcements(at, alarm, event, targets) VALUES(?, ?, ?, ?)",
            [
                .int(now), .json(.map(changed.record)), .bytes(event.json),
                .json(.list(changed.targets.map(Datum.text))),
            ])
    }

    /// An alarm comes into a state because somebody says so.
    func set(_ name: String, to finding: AlarmFinding) throws(ServiceProblem) {
        let now = Int64(WallClock.milliseconds)
        try shelf.change { [self] desk in
            guard var alarm = Self.alarm(name, in: desk.records) else { throw Self.missing("Alarm \(name)") }
            alarm.note(setByHandAt: now)
            try enter(finding, alarm, at: now, in: &desk)
        }
        bell.ring()
    }

    func announcements(max: Int) throws(ServiceProblem) -> [Announcement] {
        try shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT n, alarm, at, event, targets FROM announcements ORDER BY n LIMIT ?", [.int(Int64(max))]
            ) { row throws(Fault) in
                Announcement(
                    number: row.int(0), alarm: Alarm(try row.datum(1).map ?? DatumMap()), at: row.int(2),
                    event: row.blob(3), targets: try row.datum(4).list?.compactMap(\.text) ?? [])
            }
        }
    }

    /// What was told, or was given up, is forgotten; its actions are history.
    func settle(_ told: [Announcement], _ givenUp: [Announcement], at now: Int64) throws(ServiceProblem) {
        if told.isEmpty, givenUp.isEmpty { return }
        try shelf.change { desk in
            for (announcements, isTold) in [(told, true), (givenUp, false)] {
                for announcement in announcements {
                    try desk.database.run("DELETE FROM announcements WHERE n = ?", [.int(announcement.number)])
                    for target in announcement.targets {
                        try AlarmHistory.add(
                            .action, of: announcement.alarm,
                            "\(isTold ? "Successfully executed" : "Failed to execute") action \(target)",
                            [
                                "actionState": .text(isTold ? "Succeeded" : "Failed"),
                                "notificationResource": .text(target),
                                "stateUpdateTimestamp": .whole(Int(announcement.at)),
                            ], at: now, to: desk.database)
                    }
                }
            }
        }
    }
}
