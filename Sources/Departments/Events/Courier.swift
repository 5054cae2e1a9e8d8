internal import AWSProtocol
internal import Core
internal import Database
internal import Records
internal import Synchronization

/// Carries what is on its way to one kind of target, again and again until it is there or given up.
///
/// Concurrency: one thread a kind, so that a slow one holds up nobody else; the table is the queue, so that whatever is
/// killed goes on where it was.
final class Courier: Sendable {
    private static let batchMax: Int64 = 250
    /// How long others for a target wait that has just refused one.
    private static let groupPause: Int64 = 1000
    private static let buryAgain: Int64 = 30_000

    let receiver: any EventReceiver
    private let shelf: RecordShelf
    private let deadLetters: any DeadLetterBox
    private let bell = Doorbell()
    private let isStopping = Atomic<Bool>(false)
    private let gone = Flagpole()

    init(_ shelf: RecordShelf, to receiver: any EventReceiver, _ deadLetters: any DeadLetterBox) {
        self.shelf = shelf
        self.receiver = receiver
        self.deadLetters = deadLetters
    }

    func start() {
        Lane.start("to-\(receiver.name)", stackBytes: 2 << 20) { [self] in
            while !isStopping.load(ordering: .acquiring) {
                let seen = bell.rings
                if !carry() { bell.wait(since: seen, until: Instant.now.advanced(by: Span64.second)) }
            }
            gone.raise()
        }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        bell.ring()
        receiver.stop()
        gone.wait()
    }

    /// There is something to carry.
    func ring() { bell.ring() }

    /// Carries what is due; false when nothing was.
    private func carry() -> Bool {
        let now = Int64(WallClock.milliseconds)
        let carrier = receiver.name
        do throws(ServiceProblem) {
            let parcels = try shelf.read { database throws(Fault) in
                try database.rows(
                    """
                    SELECT \(Parcel.columns) FROM deliveries WHERE carrier = ? AND due <= ? ORDER BY due, n LIMIT ?
                    """, [.text(carrier), .int(now), .int(Self.batchMax)], Parcel.init)
            }
            if parcels.isEmpty { return false }
            for (arn, group) in Dictionary(grouping: parcels, by: \.arn) { try carry(group, to: arn) }
            return true
        } catch {
            Log.line("events could not be delivered: \(error.message)")
            return false
        }
    }

    /// In pieces that the receiver takes; when one is refused, the rest for that target waits with it.
    private func carry(_ parcels: [Parcel], to arn: String) throws(ServiceProblem) {
        var rest = parcels[...]
        while !rest.isEmpty, !isStopping.load(ordering: .acquiring) {
            let piece = Array(rest.prefix(receiver.batchMax))
            rest = rest.dropFirst(piece.count)
            do throws(DeliveryRefusal) { try receiver.receive(letters(piece), at: arn) } catch {
                // Broken off, not refused: it is carried again after the next start.
                if isStopping.load(ordering: .acquiring), !error.isFinal { return }
                // A receiver may have taken its time: pauses count from here.
                let now = Int64(WallClock.milliseconds)
                // One that will never be taken must not take others with it.
                if error.isFinal, piece.count > 1 {
                    for parcel in piece { try carryAlone(parcel, to: arn, now) }
                    continue
                }
                try settle(piece, error, now)
                if error.isFinal { continue }
                return try wait(Array(rest), until: now + (error.after ?? Self.groupPause))
            }
            try drop(piece)
        }
    }

    private func carryAlone(_ parcel: Parcel, to arn: String, _ now: Int64) throws(ServiceProblem) {
        do throws(DeliveryRefusal) { try receiver.receive(letters([parcel]), at: arn) } catch {
            return try settle([parcel], error, now)
        }
        try drop([parcel])
    }

    private func letters(_ parcels: [Parcel]) -> [EventLetter] {
        let records = shelf.records
        return parcels.map {
            EventLetter(
                payload: $0.payload, target: records[EventsDesk.Kind.target, $0.target] ?? .null, hops: $0.hops)
        }
    }

    private func drop(_ parcels: [Parcel]) throws(ServiceProblem) {
        let numbers = parcels.map(\.number)
        try shelf.change { desk in
            for number in numbers { try desk.database.run("DELETE FROM deliveries WHERE n = ?", [.int(number)]) }
        }
    }

    private func wait(_ parcels: [Parcel], until due: Int64) throws(ServiceProblem) {
        if parcels.isEmpty { return }
        let numbers = parcels.map(\.number)
        try shelf.change { desk in
            for number in numbers {
                try desk.database.run("UPDATE deliveries SET due = ? WHERE n = ?", [.int(due), .int(number)])
            }
        }
    }

    /// Later again, each time later than the last, or given up for good.
    private func settle(_ parcels: [Parcel], _ refusal: DeliveryRefusal, _ now: Int64) throws(ServiceProblem) {
        let records = shelf.records
        var later: [(number: Int64, due: Int64)] = []
        for parcel in parcels {
            let target = records[EventsDesk.Kind.target, parcel.target] ?? .null
            let fate = RetryPlan(target).fate(
                after: refusal, taken: parcel.taken, attempts: parcel.attempts, now: now,
                dice: Double.random(in: 0..<1))
            switch fate {
            case .again(let due): later.append((parcel.number, due))
            case .dead(let condition): try bury(parcel, target, refusal, condition)
            }
        }
        let waiting = later
        try shelf.change { desk in
            for (number, due) in waiting {
                try desk.database.run(
                    "UPDATE deliveries SET due = ?, attempts = attempts + 1 WHERE n = ?", [.int(due), .int(number)])
            }
        }
    }

    /// To the dead-letter queue first, and only then off the table: twice there is better than nowhere.
    private func bury(
        _ parcel: Parcel, _ target: Datum, _ refusal: DeliveryRefusal, _ condition: String?
    ) throws(ServiceProblem) {
        if let queue = target["DeadLetterConfig"]?["Arn"]?.text {
            var attributes = [
                "TARGET_ARN": parcel.arn, "ERROR_CODE": refusal.code,
                "ERROR_MESSAGE": String(refusal.reason.prefix(1000)), "RETRY_ATTEMPTS": "\(parcel.attempts)",
            ]
            attributes["RULE_ARN"] = shelf.records[EventsDesk.Kind.rule, ruleKey(parcel.target)]?["Arn"]?.text
            attributes["EXHAUSTED_RETRY_CONDITION"] = condition
            do throws(ServiceProblem) {
                try deadLetters.keep(DeadLetter(payload: parcel.payload, attributes: attributes), at: queue)
            } catch {
                Log.line("an event for \(parcel.arn) cannot be kept in \(queue): \(error.message)")
                return try wait([parcel], until: Int64(WallClock.milliseconds) + Self.buryAgain)
            }
        } else {
            Log.line("an event for \(parcel.arn) is given up: \(refusal.reason)")
        }
        try drop([parcel])
    }

    /// A target's key is its rule's, and its own name.
    private func ruleKey(_ target: String) -> String {
        target.split(separator: "\u{1}", omittingEmptySubsequences: false).prefix(2).joined(separator: "\u{1}")
    }
}
