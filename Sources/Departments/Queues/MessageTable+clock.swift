internal import Core
internal import Database

/// Moments in the table are read off the clock on the wall, which may be set back.
extension MessageTable {
    /// When the newest of all messages was sent, by the clock of that time.
    func newest() throws(Fault) -> Int64? {
        try database.number(
            "SELECT max((SELECT max(sent) FROM messages WHERE messages.queue = tallies.queue)) FROM tallies")
    }

    /// The clock was set back from `before` to `now`: what was visible is visible, and what is hidden, delayed or in
    /// flight, is so for as long as it was to be.
    func follow(from before: Int64, to now: Int64, keepingSent: Bool = false) throws(Fault) {
        for queue in try database.rows("SELECT queue FROM tallies", [], { $0.int(0) }) {
            try database.run(
                "UPDATE messages SET visible = max(?1, visible - ?2) WHERE queue = ?3 AND visible > ?1",
                [.int(now), .int(before - now), .int(queue)])
            if keepingSent { continue }
            // Nothing was sent in times to come: the next start would take it for another setting back.
            try database.run(
                "UPDATE messages SET sent = ?1 WHERE queue = ?2 AND sent > ?1", [.int(now), .int(queue)])
        }
    }
}
