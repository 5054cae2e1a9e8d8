internal import Core
internal import Database
internal import Records

/// A courier for each kind of target.
struct Couriers: Sendable {
    private let couriers: [Courier]
    /// `REGION:ACCOUNT`, as ARNs of this hub have it.
    private let home: String

    init(
        _ shelf: RecordShelf, _ receivers: [any EventReceiver], _ deadLetters: any DeadLetterBox, home: String
    ) {
        self.home = home
        couriers = receivers.map { Courier(shelf, to: $0, deadLetters) }
    }

    /// Nil where nobody takes anything in: elsewhere, or nothing of that kind.
    func courier(to arn: String) -> Courier? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, "\(parts[3]):\(parts[4])" == home else { return nil }
        return couriers.first { $0.receiver.receives(arn) }
    }

    func start() { for courier in couriers { courier.start() } }
    func stop() { for courier in couriers { courier.stop() } }

    /// There is something to carry to each of these.
    func ring(for deliveries: [Delivery]) {
        for arn in Set(deliveries.map(\.arn)) { courier(to: arn)?.ring() }
    }

    /// Puts deliveries on their way, within the change that takes their event in.
    func add(_ deliveries: [Delivery], _ now: Int64, to database: Database) throws(Fault) {
        for delivery in deliveries {
            try database.run(
                """
                INSERT INTO deliveries(due, target, arn, taken, attempts, hops, payload, carrier)
                VALUES(?1, ?2, ?3, ?1, 0, ?4, ?5, ?6)
                """,
                [
                    .int(now), .text(delivery.target), .text(delivery.arn), .int(delivery.hops),
                    .bytes(delivery.payload), .text(courier(to: delivery.arn)?.receiver.name ?? ""),
                ])
        }
    }
}
