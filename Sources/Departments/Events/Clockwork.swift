internal import AWSProtocol
internal import Core
internal import Database
internal import EventPatterns
internal import Records

/// Fires rules by their schedules.
///
/// Concurrency: one thread; when a rule is due next lies in a table, changed together with what it fires, so that nothing
/// fires twice. What came due while the hub was away fires once.
final class Clockwork: Sendable {
    private static let napMillisecondsMax: Int64 = 5000
    private static let napMax = UInt64(napMillisecondsMax) * Span64.millisecond
    private let rounds = Rounds()

    func start(_ desk: EventsDesk) {
        rounds.start("schedules", Int64.max) { [self, unowned desk] latest in
            let now = Int64(WallClock.milliseconds)
            if now < latest { pullIn(desk, now) }
            latest = now
            return .nap(fire(desk))
        }
    }

    func stop() { rounds.stop() }

    /// There is another schedule.
    func ring() { rounds.ring() }

    /// Within the change that puts, enables, disables or deletes a rule; nil for one that does not fire.
    static func set(_ key: String, _ rule: Datum?, _ now: Int64, _ database: Database) throws(Fault) {
        if let rule, rule["State"]?.text == "ENABLED", let due = next(rule, now) {
            try database.run(
                "INSERT INTO schedules VALUES(?1, ?2) ON CONFLICT DO UPDATE SET due = ?2", [.text(key), .int(due)])
        } else {
            try database.run("DELETE FROM schedules WHERE rule = ?", [.text(key)])
        }
    }

    private static func next(_ rule: Datum, _ now: Int64) -> Int64? {
        rule["ScheduleExpression"]?.text.flatMap { try? Schedule(parsing: $0) }?.next(after: now)
    }

    /// At the start, and when the clock has gone back: nothing waits longer than its schedule says.
    private func pullIn(_ desk: EventsDesk, _ now: Int64) {
        do throws(ServiceProblem) {
            try desk.shelf.change { shelf in
                let rows = try shelf.database.rows("SELECT rule, due FROM schedules") { ($0.text(0), $0.int(1)) }
                for (key, due) in rows {
                    guard let rule = shelf.records[EventsDesk.Kind.rule, key], let next = Self.next(rule, now),
                        next < due
                    else { continue }
                    try Self.set(key, rule, now, shelf.database)
                }
            }
        } catch { Log.line("schedules could not be looked through: \(error.message)") }
    }

    /// Fires what is due; how long there is to sleep.
    private func fire(_ desk: EventsDesk) -> UInt64 {
        do throws(ServiceProblem) {
            let now = Int64(WallClock.milliseconds)
            let due = try dues(desk, before: now)
            if !due.isEmpty {
                let deliveries = try desk.shelf.change { shelf in
                    try due.flatMap { key in try Self.fire(key, now, desk, &shelf) }
                }
                desk.couriers.ring(for: deliveries)
            }
            let next = try desk.shelf.read { database throws(Fault) in
                try database.rows("SELECT due FROM schedules ORDER BY due LIMIT 1") { $0.int(0) }.first
            }
            let nap =
                next.map { UInt64(max(0, $0 - Int64(WallClock.milliseconds))) * Span64.millisecond } ?? Self.napMax
            return min(nap, Self.napMax)
        } catch {
            Log.line("scheduled rules could not fire: \(error.message)")
            return Self.napMax
        }
    }

    private func dues(_ desk: EventsDesk, before now: Int64) throws(ServiceProblem) -> [String] {
        try desk.shelf.read { database throws(Fault) in
            try database.rows("SELECT rule FROM schedules WHERE due <= ? ORDER BY due", [.int(now)]) { $0.text(0) }
        }
    }

    private static func fire(
        _ key: String, _ now: Int64, _ desk: EventsDesk, _ shelf: inout RecordShelf.Desk
    ) throws -> [Delivery] {
        // It may have been disabled, changed or fired since it was seen to be due.
        let due = try shelf.database.rows("SELECT due FROM schedules WHERE rule = ?", [.text(key)]) { $0.int(0) }.first
        guard let due, due <= now, let rule = shelf.records[EventsDesk.Kind.rule, key] else { return [] }
        let event = desk.envelope(
            source: "aws.events", type: "Scheduled Event", time: now, resources: [rule["Arn"]?.text ?? ""], [:])
        let deliveries = shelf.records.all(EventsDesk.Kind.target, prefix: key + "\u{1}").map {
            Delivery(of: event, to: $0, rule: rule, key: key, hops: 0)
        }
        try desk.couriers.add(deliveries, now, to: shelf.database)
        try set(key, rule, now, shelf.database)
        return deliveries
    }
}
