package import Core
internal import Database

/// What comes in, and what has to go for it.
extension SpoolStore {
    /// A page's share of an event that is not its body.
    private static let rowBytes = 120

    /// Takes events in with one commit, and gives up what there is no room for. `dropped` was given up before; returns all.
    package func write(_ events: [SpoolEvent], dropped: DropTally = DropTally(), wall: Int64) throws(Fault) -> DropTally
    {
        try commit { () throws(Fault) in
            for event in events { try add(event) }
            var lost = try makeRoom()
            lost.add(dropped)
            for (rank, share) in lost.shares {
                try tally("dropped events \(rank.name)", share.events)
                try tally("dropped bytes \(rank.name)", share.bytes)
            }
            try note(lost, wall)
            return lost
        }
    }

    var usedBytes: Int {
        get throws(Fault) {
            let pages = try database.number("PRAGMA page_count") ?? 0
            let free = try database.number("PRAGMA freelist_count") ?? 0
            return Int(pages - free) * Self.pageBytes
        }
    }

    /// Pages are freed when all of them is: it may take more than one round.
    private func makeRoom() throws(Fault) -> DropTally {
        var lost = DropTally()
        while true {
            let over = try usedBytes - settings.pageBytesMax
            guard over > 0 else { return lost }
            let dropped = try drop(over)
            guard !dropped.isEmpty else { return lost }
            lost.add(dropped)
        }
    }

    private func drop(_ over: Int) throws(Fault) -> DropTally {
        let weights = held.mapValues { $0.bytes + $0.events * Self.rowBytes }
        guard let (rank, bytes) = DropPlan.next(weights, over: over) else { return DropTally() }
        var tally = DropTally()
        for victim in try victims(rank, bytes) {
            try delete(victim.seq)
            hold(rank, -1, -victim.bytes)
            tally.add(rank, bytes: victim.bytes)
        }
        return tally
    }

    private func victims(_ rank: SpoolRank, _ bytes: Int) throws(Fault) -> [(seq: Int64, bytes: Int)] {
        var left = bytes
        try oldestOfRank.bind(1, Int64(rank.rawValue))
        try oldestOfRank.bind(2, Int64(bytes / Self.rowBytes + 1 + inFlight.count))
        defer { oldestOfRank.reset() }
        var victims: [(seq: Int64, bytes: Int)] = []
        while left > 0, try oldestOfRank.step() {
            let (seq, size) = (oldestOfRank.int(0), Int(oldestOfRank.int(1)))
            guard !inFlight.contains(seq) else { continue }
            victims.append((seq, size))
            left -= size + Self.rowBytes
        }
        return victims
    }

    /// Remembers what was given up until it has been reported.
    private func note(_ lost: DropTally, _ wall: Int64) throws(Fault) {
        for (rank, share) in lost.shares {
            let note = try database.prepare(
                """
                INSERT INTO drops(rank, events, bytes, from_ms) VALUES(?1, ?2, ?3, ?4)
                ON CONFLICT(rank) DO UPDATE SET events = events + ?2, bytes = bytes + ?3
                """)
            try note.bind(1, Int64(rank.rawValue))
            try note.bind(2, Int64(share.events))
            try note.bind(3, Int64(share.bytes))
            try note.bind(4, wall)
            try note.run()
        }
    }
}
