internal import Core
internal import Database

/// What is sent, and what became of it.
extension SpoolStore {
    /// Counts of what was dropped are sent at most so often, in milliseconds.
    private static let reportEvery: Int64 = 60_000
    private static let source = "lineside.spool"

    /// What is sent next: the highest rank first, and of that the oldest. It stays until `settle`.
    func next(_ entriesMax: Int, wall: Int64) throws(Fault) -> SpoolBatch {
        var batch = SpoolBatch()
        // A clock that was set back must not hold an event for longer than its pause could be.
        let longest = Int64(settings.pauseLongest / Span64.millisecond)
        try nextDue.bind(1, wall)
        try nextDue.bind(2, wall + longest)
        try nextDue.bind(3, Int64(entriesMax))
        while try nextDue.step() {
            let item = SpoolBatch.Item(
                seq: nextDue.int(0), id: nextDue.text(1), rank: SpoolRank(rawValue: Int(nextDue.int(2))) ?? .telemetry,
                wall: nextDue.int(3), attempts: Int(nextDue.int(4)), body: nextDue.blob(6))
            guard batch.add(item, weight: Int(nextDue.int(5))) else { break }
        }
        nextDue.reset()
        inFlight = Set(batch.items.map(\.seq))
        return batch
    }

    /// When the next event is due that is not due yet; nil when none waits for its time.
    func dueAfter(_ wall: Int64) throws(Fault) -> Int64? {
        try database.number("SELECT MIN(due_ms) FROM events WHERE due_ms > \(wall)")
    }

    /// The request failed as a whole.
    func giveBack() { inFlight = [] }

    /// What became of each event of a batch.
    func settle(
        _ batch: SpoolBatch, _ fates: [SendPlan.Fate], wall: Int64, chance: (UInt64) -> UInt64
    ) throws(Fault) {
        defer { inFlight = [] }
        try commit { () throws(Fault) in
            var sent = 0
            for (item, fate) in zip(batch.items, fates) {
                switch fate {
                case .accepted:
                    try delete(item.seq)
                    hold(item.rank, -1, -item.body.count)
                    sent += 1
                case .again where item.attempts + 1 < settings.attemptsMax: try postpone(item, wall, chance)
                case .again(let reason), .never(let reason): try setAside(item, reason, wall)
                }
            }
            try tally("sent", sent)
            if sent > 0 { try reportDrops(wall) }
        }
    }

    private func postpone(_ item: SpoolBatch.Item, _ wall: Int64, _ chance: (UInt64) -> UInt64) throws(Fault) {
        let attempts = item.attempts + 1
        let update = try database.prepare("UPDATE events SET attempts = ?, due_ms = ? WHERE seq = ?")
        try update.bind(1, Int64(attempts))
        try update.bind(2, wall + SendPlan.pause(after: attempts, settings, chance: chance))
        try update.bind(3, item.seq)
        try update.run()
    }

    private func setAside(_ item: SpoolBatch.Item, _ reason: String, _ wall: Int64) throws(Fault) {
        let bury = try database.prepare(
            "INSERT INTO dead(id, rank, wall_ms, reason, since_ms, body) VALUES(?, ?, ?, ?, ?, ?)")
        try bury.bind(1, item.id)
        try bury.bind(2, Int64(item.rank.rawValue))
        try bury.bind(3, item.wall)
        try bury.bind(4, String(reason.prefix(1000)))
        try bury.bind(5, wall)
        try bury.bind(6, item.body)
        try bury.run()
        try delete(item.seq)
        hold(item.rank, -1, -item.body.count)
        try tally("set aside", 1)
        while try (database.number("SELECT COALESCE(SUM(length(body)), 0) FROM dead") ?? 0) > settings.deadBytesMax {
            try database.execute("DELETE FROM dead WHERE seq = (SELECT MIN(seq) FROM dead)")
        }
    }

    /// What was given up is itself an event, once the uplink is back.
    private func reportDrops(_ wall: Int64) throws(Fault) {
        if let reportedAt, (0..<Self.reportEvery).contains(wall - reportedAt) { return }
        let (tally, from) = try unreported()
        guard !tally.isEmpty else { return }
        let detail = DatumMap([
            ("dropped", tally.datum), ("from", .text(CivilTime(milliseconds: from).iso)),
            ("to", .text(CivilTime(milliseconds: wall).iso)),
        ])
        let event = try SpoolEvent(
            source: Self.source, detailType: "Lineside Events Dropped", detail: detail, rank: .alarm, wall: wall)
        try add(event)
        try database.execute("DELETE FROM drops")
        reportedAt = wall
    }

    private func unreported() throws(Fault) -> (DropTally, from: Int64) {
        var tally = DropTally()
        var from = Int64.max
        let rows = try database.prepare("SELECT rank, events, bytes, from_ms FROM drops")
        while try rows.step() {
            guard let rank = SpoolRank(rawValue: Int(rows.int(0))) else { continue }
            tally.add(rank, events: Int(rows.int(1)), bytes: Int(rows.int(2)))
            from = min(from, rows.int(3))
        }
        return (tally, from)
    }
}
