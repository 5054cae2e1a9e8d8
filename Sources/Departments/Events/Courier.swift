internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records
internal import Synchronization

/// Carries what is on its way to where it is to go, again and again until it is there or too old.
///
/// Concurrency: one thread; the table is the queue, so that whatever is killed goes on where it was.
final class Courier: Sendable {
    private static let batchMax: Int64 = 250
    private static let pauseMax: Int64 = 60_000
    /// As EventBridge: for a day, and 185 times.
    private static let ageMax: Int64 = 86_400_000
    private static let attemptsMax: Int64 = 185

    private struct Parcel {
        let number: Int64
        let target: String
        let arn: String
        let taken: Int64
        let attempts: Int64
        let hops: Int64
        let payload: [UInt8]

        init(_ row: Statement) {
            number = row.int(0)
            target = row.text(1)
            arn = row.text(2)
            taken = row.int(3)
            attempts = row.int(4)
            hops = row.int(5)
            payload = row.blob(6)
        }
    }

    private let shelf: RecordShelf
    private let receivers: [any EventReceiver]
    private let bell = Doorbell()
    private let isStopping = Atomic<Bool>(false)
    private let gone = Flagpole()

    init(_ shelf: RecordShelf, _ receivers: [any EventReceiver]) {
        self.shelf = shelf
        self.receivers = receivers
    }

    func receives(_ arn: String) -> Bool {
        arn.contains(":event-bus/") || receivers.contains { $0.receives(arn) }
    }

    func start(_ desk: EventsDesk) {
        Lane.start("courier", stackBytes: 2 << 20) { [self, unowned desk] in
            while !isStopping.load(ordering: .acquiring) {
                let seen = bell.rings
                if !carry(desk) { bell.wait(since: seen, until: Instant.now.advanced(by: Span64.second)) }
            }
            gone.raise()
        }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        bell.ring()
        gone.wait()
    }

    /// There is something to carry.
    func ring() { bell.ring() }

    /// Puts deliveries on their way, within the change that takes their event in.
    static func add(_ deliveries: [Delivery], _ now: Int64, to database: Database) throws(Fault) {
        for delivery in deliveries {
            try database.run(
                """
                INSERT INTO deliveries(due, target, arn, taken, attempts, hops, payload)
                VALUES(?1, ?2, ?3, ?1, 0, ?4, ?5)
                """,
                [
                    .int(now), .text(delivery.target), .text(delivery.arn), .int(delivery.hops),
                    .bytes(delivery.payload),
                ])
        }
    }

    /// Carries what is due; false when nothing was.
    private func carry(_ desk: EventsDesk) -> Bool {
        let now = Int64(WallClock.milliseconds)
        do throws(ServiceProblem) {
            let parcels = try shelf.read { database throws(Fault) in
                try database.rows(
                    """
                    SELECT n, target, arn, taken, attempts, hops, payload FROM deliveries WHERE due <= ? ORDER BY due, n
                    LIMIT ?
                    """, [.int(now), .int(Self.batchMax)], Parcel.init)
            }
            if parcels.isEmpty { return false }
            for (arn, group) in Dictionary(grouping: parcels, by: \.arn) { try carry(group, to: arn, desk, now) }
            return true
        } catch {
            Log.line("events could not be delivered: \(error.message)")
            return false
        }
    }

    private func carry(
        _ parcels: [Parcel], to arn: String, _ desk: EventsDesk, _ now: Int64
    ) throws(ServiceProblem) {
        do throws(ServiceProblem) {
            if let receiver = receivers.first(where: { $0.receives(arn) }) {
                try receiver.receive(parcels.map(\.payload), at: arn)
            } else if arn.contains(":event-bus/") {
                try Intake(desk: desk).pass(parcels.map { ($0.payload, $0.hops) }, to: EventsDesk.busName(arn))
            } else {
                throw ServiceProblem("ResourceNotFoundException", "nobody takes events in for \(arn)")
            }
        } catch {
            return try retry(parcels, error, now)
        }
        let numbers = parcels.map(\.number)
        try shelf.change { desk in
            for number in numbers { try desk.database.run("DELETE FROM deliveries WHERE n = ?", [.int(number)]) }
        }
    }

    /// Later again, each time later than the last; too old or tried too often, and it is given up.
    private func retry(_ parcels: [Parcel], _ problem: ServiceProblem, _ now: Int64) throws(ServiceProblem) {
        let over = parcels.filter { now - $0.taken > Self.ageMax || $0.attempts >= Self.attemptsMax }
        if !over.isEmpty { Log.line("\(over.count) events for \(over[0].arn) are given up: \(problem.message)") }
        let givenUp = Set(over.map(\.number))
        let later = parcels.filter { !givenUp.contains($0.number) }.map { parcel in
            let pause = min(Self.pauseMax, 100 << min(parcel.attempts, 16))
            return (number: parcel.number, due: now + pause + Int64.random(in: 0...pause / 2))
        }
        try shelf.change { desk in
            for number in givenUp { try desk.database.run("DELETE FROM deliveries WHERE n = ?", [.int(number)]) }
            for (number, due) in later {
                try desk.database.run(
                    "UPDATE deliveries SET due = ?, attempts = attempts + 1 WHERE n = ?", [.int(due), .int(number)])
            }
        }
    }
}
