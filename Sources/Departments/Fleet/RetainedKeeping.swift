package import Broker
internal import Core
internal import Database
internal import Records

/// What the broker keeps for newcomers, written down as it tells it, in its order; so the hub knows what is kept, whoever said
/// it. A message that expires (MQTT 5) stands there until another comes: the broker does not tell of that.
extension FleetDesk {
    static let retainedTable = """
        CREATE TABLE retained(topic TEXT UNIQUE, payload BLOB, quality INTEGER, modified INTEGER);
        CREATE INDEX retained_modified ON retained(modified);
        """
    /// Those that were taken back are looked for with each message.
    static let retainedGone = "CREATE INDEX retained_gone ON retained(modified) WHERE payload IS NULL"
    /// The broker writes its file every 10 s: what it kept since may be lost with it.
    private static let doubtMilliseconds: Int64 = 30_000
    /// So many may be on their way to the disk.
    static let retainingMax = 256

    package func keeps(_ message: KeptMessage) {
        guard !retained.takeReturned(message) else { return }
        retained.set(message.topic, message.payload.count)
        retaining.push()
        shelf.submit { work in
            let now = Int64(WallClock.milliseconds)
            // What was taken back is remembered as long as the broker may not know it.
            try work.database.run(
                "DELETE FROM retained WHERE payload IS NULL AND modified < ?", [.int(now - 2 * Self.doubtMilliseconds)])
            try work.database.run(
                """
                INSERT INTO retained VALUES(?1, ?2, ?3, ?4)
                ON CONFLICT DO UPDATE SET payload = ?2, quality = ?3, modified = ?4
                """,
                [
                    .text(message.topic), message.payload.isEmpty ? .null : .bytes(message.payload),
                    .int(Int64(min(message.quality, 1))), .int(now),
                ])
        } done: { [retaining] outcome in
            retaining.leave()
            if case .failure(let problem) = outcome {
                Log.line("the retained message of \(message.topic) is not written down: \(problem.message)")
            }
        }
    }

    /// Why a message cannot be kept now. A disk that is slower than what comes is no reason to hold up the broker, which has
    /// everybody's messages.
    func objection(toKeeping bytes: Int, of topic: String) -> String? {
        retaining.isFull
            ? "\(Self.retainingMax) retained messages are on their way to the disk already: try again in a moment"
            : retained.objection(to: topic, bytes: bytes)
    }

    /// The tally is of what is written down.
    func countRetained() throws(ServiceProblem) {
        let sizes = try shelf.read { database throws(Fault) in
            try database.rows("SELECT topic, length(payload) FROM retained WHERE payload IS NOT NULL") {
                (topic: $0.text(0), size: Int($0.int(1)))
            }
        }
        for (topic, size) in sizes { retained.set(topic, size) }
    }

    /// The hub is connected to a broker, which may have been killed before it wrote down what it kept last. What that can be is
    /// said again; whoever is there hears it twice.
    package func restoreRetained() {
        do throws(ServiceProblem) {
            let postings = try shelf.read { database throws(Fault) in
                try database.rows(
                    """
                    SELECT topic, payload, quality FROM retained
                    WHERE modified > (SELECT max(modified) FROM retained) - ? ORDER BY modified
                    """, [.int(Self.doubtMilliseconds)]
                ) { row in
                    Posting(
                        topic: row.text(0), payload: row.blob(1), quality: Int(row.int(2)), isKept: true,
                        isAwaited: false)
                }
            }
            retained.expect(postings)
            for posting in postings { try deliver(posting) }
        } catch { Log.line("the broker is not told again what it keeps: \(error.message)") }
    }
}
