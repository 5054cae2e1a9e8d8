internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Carries what is on its way to one kind of target, again and again until it is there or given up.
///
/// Concurrency: one thread a kind, so that a slow one holds up nobody else; the table is the queue, so that whatever is
/// killed goes on where it was.
final class Courier: Sendable {
    private static let batchMax: Int64 = 250
    /// How long others for a target wait that has just refused one.
    private static let groupPause: Int64 = 1000

    let receiver: any EventReceiver
    private let shelf: RecordShelf
    private let graveyard: Graveyard
    private let rounds = Rounds()

    /// What one round leaves to the next.
    private struct Memory: Sendable {
        /// A disk that refuses does not make the same thing arrive each second.
        var pause = BackOff(shortest: Span64.second, longest: 60 * Span64.second)
        var latest: Int64 = .max
    }

    init(_ shelf: RecordShelf, to receiver: any EventReceiver, _ deadLetters: any DeadLetterBox) {
        self.shelf = shelf
        self.receiver = receiver
        graveyard = Graveyard(shelf, deadLetters)
    }

    func start() {
        rounds.start("to-\(receiver.name)", Memory(), stackBytes: 2 << 20) { [self] memory in
            let now = Int64(WallClock.milliseconds)
            do throws(ServiceProblem) {
                if now < memory.latest { try pullIn(now) }
                memory.latest = now
                let pause = try carry(now) ? Rounds.Pause.none : .nap(try quiet(now))
                memory.pause.reset()
                return pause
            } catch {
                Log.line("events could not be delivered: \(error.message)")
                return .nap(memory.pause.next())
            }
        }
    }

    func stop() { rounds.stop { receiver.stop() } }

    /// There is something to carry.
    func ring() { rounds.ring() }

    /// At the start, and when the clock has gone back: nothing waits longer than it would have had to.
    private func pullIn(_ now: Int64) throws(ServiceProblem) {
        let carrier = receiver.name
        try shelf.change { desk in
            try desk.database.run(
                "UPDATE deliveries SET due = ?2 WHERE carrier = ?1 AND due > ?2",
                [.text(carrier), .int(now + RetryPlan.pauseMax)])
        }
    }

    /// How long there is nothing to do.
    private func quiet(_ now: Int64) throws(ServiceProblem) -> UInt64 {
        let carrier = receiver.name
        let due = try shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT due FROM deliveries WHERE carrier = ? ORDER BY due LIMIT 1", [.text(carrier)]
            ) { $0.int(0) }.first
        }
        return UInt64(min(max(1, (due ?? .max) - now), 1000)) * Span64.millisecond
    }

    /// Carries what is due; false when nothing was.
    private func carry(_ now: Int64) throws(ServiceProblem) -> Bool {
        let carrier = receiver.name
        let parcels = try shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT \(Parcel.columns) FROM deliveries WHERE carrier = ? AND due <= ? ORDER BY due, n LIMIT ?",
                [.text(carrier), .int(now), .int(Self.batchMax)], Parcel.init)
        }
        if parcels.isEmpty { return false }
        for (arn, group) in Dictionary(grouping: parcels, by: \.arn) { try carry(group, to: arn) }
        return true
    }

    /// In pieces that the receiver takes; when one is refused, everything else for that target waits with it.
    private func carry(_ parcels: [Parcel], to arn: String) throws(ServiceProblem) {
        var rest = try sift(parcels)[...]
        while !rest.isEmpty, !rounds.isStopping {
            let piece = Array(rest.prefix(receiver.batchMax))
            rest = rest.dropFirst(piece.count)
            do throws(DeliveryRefusal) { try receiver.receive(letters(piece), at: arn) } catch {
                if error.isFinal, piece.count > 1 {
                    // One that will never be taken must not take others with it.
                    for parcel in piece { try carryAlone(parcel, to: arn) }
                    continue
                }
                // Broken off, not refused: it is carried again after the next start.
                if rounds.isStopping, !error.isFinal { return }
                let due = try settle(piece, error)
                if let due { return try postpone(arn, until: due, error) }
                continue
            }
            try drop(piece)
        }
    }

    /// Those that are still to be tried; the others are buried.
    private func sift(_ parcels: [Parcel]) throws(ServiceProblem) -> [Parcel] {
        let now = Int64(WallClock.milliseconds)
        let records = shelf.records
        var alive: [Parcel] = []
        for parcel in parcels {
            let plan = RetryPlan(graveyard.target(of: parcel, records))
            if let epitaph = parcel.epitaph {
                try graveyard.bury(parcel, epitaph, now)
            } else if plan.isOver(taken: parcel.taken, attempts: parcel.attempts, now: now) {
                try graveyard.bury(
                    parcel, .forGood(.timeout, "it was too old"), condition: RetryPlan.tooOld, now)
            } else {
                alive.append(parcel)
            }
        }
        return alive
    }

    private func carryAlone(_ parcel: Parcel, to arn: String) throws(ServiceProblem) {
        do throws(DeliveryRefusal) { try receiver.receive(letters([parcel]), at: arn) } catch {
            _ = try settle([parcel], error)
            return
        }
        try drop([parcel])
    }

    private func letters(_ parcels: [Parcel]) -> [EventLetter] {
        let records = shelf.records
        return parcels.map {
            EventLetter(payload: $0.payload, target: graveyard.target(of: $0, records), hops: $0.hops)
        }
    }

    private func drop(_ parcels: [Parcel]) throws(ServiceProblem) {
        let numbers = parcels.map(\.number)
        try shelf.change { desk in
            for number in numbers { try desk.database.run("DELETE FROM deliveries WHERE n = ?", [.int(number)]) }
        }
    }

    /// Later again, each time later than the last, or given up for good. When the last of them is due; nil for none.
    private func settle(_ parcels: [Parcel], _ refusal: DeliveryRefusal) throws(ServiceProblem) -> Int64? {
        // A receiver may have taken its time: pauses count from here.
        let now = Int64(WallClock.milliseconds)
        let records = shelf.records
        var later: [(number: Int64, due: Int64)] = []
        for parcel in parcels {
            guard refusal.isAttempt else {
                later.append((parcel.number, now + (refusal.after ?? Self.groupPause)))
                continue
            }
            let fate = RetryPlan(graveyard.target(of: parcel, records)).fate(
                after: refusal, taken: parcel.taken, attempts: parcel.attempts, now: now,
                dice: Double.random(in: 0..<1))
            switch fate {
            case .again(let due): later.append((parcel.number, due))
            case .dead(let condition): try graveyard.bury(parcel, refusal, condition: condition, now)
            }
        }
        let (waiting, attempt) = (later, refusal.isAttempt ? 1 : 0)
        try shelf.change { desk in
            for (number, due) in waiting {
                try desk.database.run(
                    "UPDATE deliveries SET due = ?, attempts = attempts + ? WHERE n = ?",
                    [.int(due), .int(Int64(attempt)), .int(number)])
            }
        }
        return waiting.map(\.due).max()
    }

    /// Everything else for that target waits: a moment, or as long as whoever is away is given.
    private func postpone(_ arn: String, until due: Int64, _ refusal: DeliveryRefusal) throws(ServiceProblem) {
        let carrier = receiver.name
        let moment = Int64(WallClock.milliseconds) + (refusal.after ?? Self.groupPause)
        let next = refusal.isAbsence ? max(due, moment) : moment
        try shelf.change { desk in
            try desk.database.run(
                "UPDATE deliveries SET due = ?3 WHERE carrier = ?1 AND arn = ?2 AND due < ?3",
                [.text(carrier), .text(arn), .int(next)])
        }
    }
}
