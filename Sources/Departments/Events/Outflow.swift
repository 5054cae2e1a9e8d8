internal import Core
internal import Database
internal import EventPatterns
internal import JSON

/// What events set going: letters to targets, and copies in archives.
struct Outflow: Sendable {
    struct Copy: Sendable {
        let archive: String
        /// When it happened, in milliseconds.
        let at: Int64
        let event: [UInt8]
    }

    var deliveries: [Delivery] = []
    var copies: [Copy] = []

    var isEmpty: Bool { deliveries.isEmpty && copies.isEmpty }

    mutating func add(_ other: Outflow) {
        deliveries += other.deliveries
        copies += other.copies
    }

    /// Within the change that takes the events in.
    func write(_ now: Int64, _ couriers: Couriers, to database: Database) throws(Fault) {
        try couriers.add(deliveries, now, to: database)
        for copy in copies {
            try database.run(
                "INSERT INTO kept(archive, at, event) VALUES(?, ?, ?)",
                [.text(copy.archive), .int(copy.at), .bytes(copy.event)])
        }
    }
}
