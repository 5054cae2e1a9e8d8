internal import Core
internal import Database
internal import Files

/// As it stands in the file.
extension SpoolState {
    /// `held`: what waits, where it is known already; counting takes long when it is much.
    init(
        _ database: Database, folder: String, _ settings: SpoolSettings, held: [SpoolRank: Rank]? = nil
    ) throws(Fault) {
        self.init()
        if let held { ranks = held } else { ranks = try SpoolState.count(database) }
        let first = try database.prepare("SELECT wall_ms FROM events WHERE rank = ? ORDER BY seq LIMIT 1")
        for rank in SpoolRank.allCases {
            try first.bind(1, Int64(rank.rawValue))
            if try first.step() { oldest = min(oldest ?? .max, first.int(0)) }
            first.reset()
        }
        dead = Int(try database.number("SELECT COUNT(*) FROM dead") ?? 0)
        let totals = try database.prepare("SELECT name, value FROM totals")
        var named: [String: Int] = [:]
        while try totals.step() { named[totals.text(0)] = Int(totals.int(1)) }
        sent = named["sent"] ?? 0
        for rank in SpoolRank.allCases {
            guard let events = named["dropped events \(rank.name)"] else { continue }
            dropped.add(rank, events: events, bytes: named["dropped bytes \(rank.name)"] ?? 0)
        }
        for file in ["spool.db", "spool.db-wal"] { fileBytes += FileAccess.facts("\(folder)/\(file)")?.bytes ?? 0 }
        bytesMax = settings.bytesMax
    }
    static func count(_ database: Database) throws(Fault) -> [SpoolRank: Rank] {
        var ranks: [SpoolRank: Rank] = [:]
        let rows = try database.prepare("SELECT rank, COUNT(*), SUM(length(body)) FROM events GROUP BY rank")
        while try rows.step() {
            guard let rank = SpoolRank(rawValue: Int(rows.int(0))) else { continue }
            ranks[rank] = Rank(events: Int(rows.int(1)), bytes: Int(rows.int(2)))
        }
        return ranks
    }
}
