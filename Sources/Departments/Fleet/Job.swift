internal import Core
internal import Database
internal import JSON
internal import Records

/// Something that many things are to do, as it lies in its row.
struct Job: Sendable {
    let id: String
    let targets: [String]
    let document: String
    /// Runs of a namespace have topics of their own.
    let namespace: String?
    let isContinuous: Bool
    let status: String
    /// Rollout, abort and time-out, as they were asked for, and what people wrote.
    let settings: Datum
    let created: Int64
    let updated: Int64
    let completed: Int64?

    static let columns = """
        printf('%020d', n) AS key, id, targets, document, namespace, continuous, status, settings, created, updated,
        completed
        """

    init(_ row: Statement) throws(Fault) {
        id = row.text(1)
        targets = (try row.datum(2).list ?? []).compactMap(\.text)
        document = row.text(3)
        namespace = row.isNull(4) ? nil : row.text(4)
        isContinuous = row.int(5) != 0
        status = row.text(6)
        settings = try row.datum(7)
        created = row.int(8)
        updated = row.int(9)
        completed = row.optionalInt(10)
    }

    static func find(_ id: String, _ database: Database) throws(Fault) -> Job? {
        try database.rows("SELECT \(columns) FROM jobs WHERE id = ?", [.text(id)], Job.init).first
    }

    var isOpen: Bool { status == "IN_PROGRESS" }

    var plan: RolloutPlan { RolloutPlan(settings) }
}

/// What one thing makes of a job.
struct JobRun: Sendable {
    static let ends: Set<String> = ["SUCCEEDED", "FAILED", "TIMED_OUT", "REJECTED", "REMOVED", "CANCELED"]

    let thing: String
    let job: String
    let status: String
    let details: Datum
    let version: Int64
    let queued: Int64
    let started: Int64?
    let updated: Int64

    static let columns = """
        printf('%020d', n) AS key, thing, job, status, details, version, queued, started, updated
        """

    init(_ row: Statement) throws(Fault) {
        thing = row.text(1)
        job = row.text(2)
        status = row.text(3)
        details = try row.datum(4)
        version = row.int(5)
        queued = row.int(6)
        started = row.optionalInt(7)
        updated = row.int(8)
    }

    var isOver: Bool { Self.ends.contains(status) }

    /// As things are told it with an update.
    var state: Datum {
        ["status": .text(status), "statusDetails": details, "versionNumber": .whole(Int(version))]
    }

    /// Those that their things may know of.
    static func find(_ thing: String, _ job: String, _ database: Database) throws(Fault) -> JobRun? {
        try database.rows(
            "SELECT \(columns) FROM runs WHERE thing = ? AND job = ? AND released IS NOT NULL",
            [.text(thing), .text(job)], JobRun.init
        ).first
    }

    /// What a thing has still to do, in the order in which it came; those that are under way first.
    static func pending(
        _ thing: String, namespace: String?, _ database: Database
    ) throws(Fault) -> [JobRun] {
        try database.rows(
            """
            SELECT \(columns) FROM runs WHERE thing = ?1 AND status IN ('QUEUED', 'IN_PROGRESS') AND released IS NOT NULL
            AND job IN (SELECT id FROM jobs WHERE coalesce(namespace, '') = ?2) ORDER BY status = 'QUEUED', queued, n
            """, [.text(thing), .text(namespace ?? "")], JobRun.init)
    }

    /// How many runs of a job are how.
    static func tally(_ job: String, _ database: Database) throws(Fault) -> [String: Int] {
        let rows = try database.rows("SELECT status, count(*) FROM runs WHERE job = ? GROUP BY status", [.text(job)]) {
            ($0.text(0), Int($0.int(1)))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// A thing is to do a job; it is told when it is released.
    static func queue(_ job: Job, for thing: String, _ database: Database) throws(Fault) {
        let isAtOnce = job.settings["jobExecutionsRolloutConfig"] == nil
        try database.run(
            """
            INSERT OR IGNORE INTO runs(thing, job, status, version, queued, updated, released)
            VALUES(?1, ?2, 'QUEUED', 1, ?3, ?3, ?4)
            """, [.text(thing), .text(job.id), .now, isAtOnce ? .now : .null])
    }

    /// A thing that comes into a group does what the group's lasting jobs ask.
    static func enroll(_ thing: String, inGroup arns: [String], _ database: Database) throws(Fault) {
        let jobs = try database.rows(
            "SELECT \(Job.columns) FROM jobs WHERE status = 'IN_PROGRESS' AND continuous = 1", [], Job.init)
        for job in jobs where job.targets.contains(where: arns.contains) {
            try queue(job, for: thing, database)
        }
    }

    /// As people see it from above.
    var summary: Datum {
        [
            "status": .text(status), "queuedAt": Self.time(queued), "startedAt": started.map(Self.time) ?? .null,
            "lastUpdatedAt": Self.time(updated), "executionNumber": 1,
        ]
    }

    /// As the thing itself sees it: seconds, and without its document.
    var told: DatumMap {
        var told: DatumMap = [
            "jobId": .text(job), "queuedAt": .whole(Int(queued / 1000)), "lastUpdatedAt": .whole(Int(updated / 1000)),
            "executionNumber": 1, "versionNumber": .whole(Int(version)),
        ]
        if let started { told["startedAt"] = .whole(Int(started / 1000)) }
        return told
    }

    func described(_ document: Datum?) -> DatumMap {
        var told = told
        told["thingName"] = .text(thing)
        told["status"] = .text(status)
        if !details.isNull { told["statusDetails"] = details }
        told["jobDocument"] = document
        return told
    }

    private static func time(_ milliseconds: Int64) -> Datum { .number(Double(milliseconds) / 1000) }
}
