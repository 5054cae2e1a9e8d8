package import Core

/// How full the spool is, and how it gets on.
package struct SpoolState: Hashable, Sendable {
    package struct Rank: Hashable, Sendable {
        package var events = 0
        package var bytes = 0
        package init(events: Int = 0, bytes: Int = 0) {
            self.events = events
            self.bytes = bytes
        }
    }

    /// On the disk.
    package var ranks: [SpoolRank: Rank] = [:]
    package var dead = 0
    /// Since the spool began.
    package var sent = 0
    package var dropped = DropTally()
    /// Of the oldest event, in milliseconds since 1970.
    package var oldest: Int64?
    /// In memory.
    package var waiting = 0
    package var diskTrouble: String?
    package var uplinkTrouble: String?
    package var fileBytes = 0
    package var bytesMax = 0

    package init() {}

    package var events: Int { ranks.values.reduce(0) { $0 + $1.events } }

    package var datum: Datum {
        let held = SpoolRank.allCases.map { rank -> (String, Datum) in
            let share = ranks[rank] ?? Rank()
            return (rank.name, ["events": .whole(share.events), "bytes": .whole(share.bytes)])
        }
        return [
            "events": .whole(events), "ranks": .map(DatumMap(held)), "set_aside": .whole(dead), "sent": .whole(sent),
            "dropped": dropped.datum, "oldest": oldest.map { .text(CivilTime(milliseconds: $0).iso) } ?? .null,
            "waiting": .whole(waiting), "file_bytes": .whole(fileBytes), "bytes_max": .whole(bytesMax),
            "disk": diskTrouble.map(Datum.text) ?? .null, "uplink": uplinkTrouble.map(Datum.text) ?? .null,
        ]
    }
}
