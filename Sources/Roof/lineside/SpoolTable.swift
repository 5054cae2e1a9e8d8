internal import Core
internal import JSON
internal import Spool

/// The spool for people, and its rows for programs.
enum SpoolTable {
    static func text(_ state: SpoolState) -> String {
        let ranks = SpoolRank.allCases.reversed().map { rank -> String in
            let held = state.ranks[rank] ?? SpoolState.Rank()
            let dropped = state.dropped.shares[rank]?.events ?? 0
            return "  \(rank.name): \(held.events) wait (\(ByteSize(held.bytes))), \(dropped) dropped"
        }
        let oldest = state.oldest.map { ", the oldest of \(CivilTime(milliseconds: $0))" } ?? ""
        return """
            \(state.events) events wait\(oldest); \(state.sent) sent, \(state.dead) set aside
            \(ranks.joined(separator: "\n"))
            \(ByteSize(state.fileBytes)) of at most \(ByteSize(state.bytesMax)) on the disk
            """
    }

    static func text(_ rows: [SpoolReader.Row]) -> String {
        rows.map { row in
            let entry = try? Datum(json: row.body)
            let what = "\(entry?["Source"]?.text ?? "")  \(entry?["DetailType"]?.text ?? "")"
            let why = row.reason.map { "  \($0)" } ?? (row.attempts > 0 ? "  refused \(row.attempts) times" : "")
            return "\(row.id)  \(CivilTime(milliseconds: row.wall))  \(row.rank.name)  \(what)\(why)"
        }.joined(separator: "\n")
    }

    static func datum(_ row: SpoolReader.Row) -> Datum {
        [
            "id": .text(row.id), "rank": .text(row.rank.name), "posted": .text(CivilTime(milliseconds: row.wall).iso),
            "attempts": .whole(row.attempts), "reason": row.reason.map(Datum.text) ?? .null,
            "entry": (try? Datum(json: row.body)) ?? .null,
        ]
    }
}
