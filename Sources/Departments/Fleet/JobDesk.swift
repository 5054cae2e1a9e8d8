package import Core
internal import Database
internal import JSON
internal import Records

/// A run has changed: how all runs of its job are now.
package struct JobNews: Sendable {
    package let job: String
    package let thing: String
    package let status: String
    package let details: Datum
    package let tally: [String: Int]
    package let isAborted: Bool
}

/// Jobs as they go on, whoever moves them.
extension FleetDesk {
    // MARK: from above

    package func createJob(
        _ id: String, for targets: [String], document: String, namespace: String?, isContinuous: Bool,
        _ settings: DatumMap, tags: [Datum] = []
    ) throws(ServiceProblem) {
        let arn = arn("job/\(id)")
        let things = try shelf.change { [self] work -> [String] in
            guard try Job.find(id, work.database) == nil else { throw FleetProblem.taken("Job", id, arn: arn) }
            try work.database.run(
                """
                INSERT INTO jobs(id, targets, document, namespace, continuous, status, settings, created, updated)
                VALUES(?1, ?2, ?3, ?4, ?5, 'IN_PROGRESS', ?6, ?7, ?7)
                """,
                [
                    .text(id), .json(.list(targets.map(Datum.text))), .text(document), .optional(namespace),
                    .int(isContinuous ? 1 : 0), .json(.map(settings)), .now,
                ])
            try FleetTags.add(tags, to: arn, work.database)
            guard let job = try Job.find(id, work.database) else { return [] }
            let things = try self.things(of: targets, work.database)
            for thing in things { try JobRun.queue(job, for: thing, work.database) }
            return things
        }
        for thing in things { notify(thing, namespace) }
        rollout.ring()
    }

    private func things(of targets: [String], _ database: Database) throws -> [String] {
        var things: Set<String> = []
        for target in targets {
            if let thing = name(in: target, "thing") {
                guard try Things.find(thing, database) != nil else { throw FleetProblem.missing("Thing \(thing)") }
                things.insert(thing)
            } else if let group = name(in: target, "thinggroup") {
                guard try ThingGroups.find(group, database) != nil else {
                    throw FleetProblem.missing("Thing group \(group)")
                }
                things.formUnion(try ThingGroups.things(in: group, database))
            } else {
                throw FleetProblem.invalid("\(target.prefix(200)) is neither a thing nor a thing group of this account")
            }
        }
        return things.sorted()
    }

    /// What is queued is taken back; what is under way too, with `force`.
    package func cancelJob(_ id: String, force: Bool, comment: String?) throws(ServiceProblem) {
        let (job, things) = try shelf.change { work -> (Job, [String]) in
            guard let job = try Job.find(id, work.database) else { throw FleetProblem.missing("Job \(id)") }
            guard job.status != "COMPLETED" else { throw FleetProblem.invalid("Job \(id) is completed") }
            return (job, try Self.end(job, force: force, reason: comment, work.database))
        }
        for thing in things { notify(thing, job.namespace) }
    }

    /// The things whose runs were taken back.
    private static func end(
        _ job: Job, force: Bool, reason: String?, _ database: Database
    ) throws(Fault) -> [String] {
        var settings = job.settings.map ?? DatumMap()
        if let reason { settings["comment"] = .text(reason) }
        try database.run(
            "UPDATE jobs SET status = 'CANCELED', settings = ?2, updated = ?3, completed = ?3 WHERE id = ?1",
            [.text(job.id), .json(.map(settings)), .now])
        let open = force ? "status IN ('QUEUED', 'IN_PROGRESS')" : "status = 'QUEUED'"
        let things = try database.rows("SELECT thing FROM runs WHERE job = ? AND \(open)", [.text(job.id)]) {
            $0.text(0)
        }
        try database.run(
            "UPDATE runs SET status = 'CANCELED', version = version + 1, updated = ? WHERE job = ? AND \(open)",
            [.now, .text(job.id)])
        return things
    }

    func cancelRun(_ thing: String, _ id: String, force: Bool, expected: Int?) throws(ServiceProblem) {
        let job = try shelf.change { work -> Job in
            guard let job = try Job.find(id, work.database), let run = try JobRun.find(thing, id, work.database) else {
                throw FleetProblem.missing("Job execution of \(id) by \(thing)")
            }
            if let expected, Int64(expected) != run.version {
                throw FleetProblem.version("the execution", is: run.version, not: expected)
            }
            guard run.status == "QUEUED" || force && run.status == "IN_PROGRESS" else {
                throw FleetProblem.transition(
                    "the execution is \(run.status): it cannot be canceled\(force ? "" : " without force")")
            }
            try work.database.run(
                "UPDATE runs SET status = 'CANCELED', version = version + 1, updated = ? WHERE thing = ? AND job = ?",
                [.now, .text(thing), .text(id)])
            return job
        }
        notify(thing, job.namespace)
    }

    // MARK: by things

    func pendingRuns(_ thing: String, namespace: String?) throws(ServiceProblem) -> DatumMap {
        let runs = try shelf.read { database throws(Fault) in
            try JobRun.pending(thing, namespace: namespace, database)
        }
        func told(_ status: String) -> Datum { .list(runs.filter { $0.status == status }.map { .map($0.told) }) }
        return ["inProgressJobs": told("IN_PROGRESS"), "queuedJobs": told("QUEUED")]
    }

    /// A run with its document; `$next` is the first that is to be done. Nil where there is none.
    func run(
        _ thing: String, _ id: String, namespace: String?, hasDocument: Bool
    ) throws(ServiceProblem) -> DatumMap? {
        let found = try shelf.read { database throws(Fault) in
            let run =
                id == "$next"
                ? try JobRun.pending(thing, namespace: namespace, database).first
                : try JobRun.find(thing, id, database)
            return try run.map { run throws(Fault) in (run, try Job.find(run.job, database)?.document) }
        }
        guard let (run, document) = found else {
            if id == "$next" { return nil }
            throw FleetProblem.missing("Job execution of \(id) by \(thing)")
        }
        return run.described(hasDocument ? document.flatMap { try? Datum(json: Array($0.utf8)) } : nil)
    }

    func startNextRun(
        _ thing: String, namespace: String?, details: Datum?
    ) throws(ServiceProblem) -> DatumMap? {
        let next = try run(thing, "$next", namespace: namespace, hasDocument: true)
        guard let id = next?["jobId"]?.text, next?["status"]?.text == "QUEUED" else { return next }
        var change: DatumMap = ["status": "IN_PROGRESS"]
        change["statusDetails"] = details
        _ = try updateRun(thing, id, .map(change))
        return try run(thing, id, namespace: namespace, hasDocument: true)
    }

    /// Takes in what a thing says of a run; gives what it is answered.
    func updateRun(_ thing: String, _ id: String, _ change: Datum) throws(ServiceProblem) -> DatumMap {
        guard let status = change["status"]?.text,
            ["IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED"].contains(status)
        else { throw FleetProblem.invalid("status must be IN_PROGRESS, SUCCEEDED, FAILED or REJECTED") }
        let (job, run, news, others) = try shelf.change { [self] work in
            try update(thing, id, to: status, change, work.database)
        }
        try tell(newsman: news)
        for other in others where other != thing { notify(other, job.namespace) }
        notify(thing, job.namespace)
        var answer = DatumMap()
        if change["includeJobExecutionState"]?.bool == true { answer["executionState"] = run.state }
        if change["includeJobDocument"]?.bool == true {
            answer["jobDocument"] = try? Datum(json: Array(job.document.utf8))
        }
        return answer
    }

    private func update(
        _ thing: String, _ id: String, to status: String, _ change: Datum, _ database: Database
    ) throws -> (Job, JobRun, JobNews, [String]) {
        guard let job = try Job.find(id, database), let run = try JobRun.find(thing, id, database) else {
            throw FleetProblem.missing("Job execution of \(id) by \(thing)")
        }
        if let expected = change["expectedVersion"], Self.number(expected) != Int(run.version) {
            throw ServiceProblem("VersionMismatchException", "the execution has version \(run.version)", status: 409)
        }
        guard !run.isOver else { throw FleetProblem.transition("the execution is \(run.status), and stays so") }
        let details = change["statusDetails"].flatMap { $0.isNull ? nil : $0 } ?? run.details
        try database.run(
            """
            UPDATE runs SET status = ?3, details = ?4, version = version + 1, updated = ?5,
                started = coalesce(started, ?5) WHERE thing = ?1 AND job = ?2
            """, [.text(thing), .text(id), .text(status), .json(details), .now])
        let tally = try JobRun.tally(id, database)
        var others: [String] = []
        let isAborted = job.isOpen && job.plan.isToBeAborted(tally)
        if isAborted {
            others = try Self.end(job, force: false, reason: "abort criteria were met", database)
        } else if job.isOpen, !job.isContinuous, tally["QUEUED"] ?? 0 == 0, tally["IN_PROGRESS"] ?? 0 == 0 {
            try database.run(
                "UPDATE jobs SET status = 'COMPLETED', updated = ?2, completed = ?2 WHERE id = ?1", [.text(id), .now])
        }
        guard let after = try JobRun.find(thing, id, database) else { throw Fault(.system, "a run is gone") }
        let news = JobNews(
            job: id, thing: thing, status: status, details: details,
            tally: isAborted ? try JobRun.tally(id, database) : tally, isAborted: isAborted)
        return (job, after, news, others)
    }

    /// AWS's first SDK for devices writes numbers as texts.
    private static func number(_ said: Datum) -> Int? { said.whole(in: 0...1 << 53) ?? said.text.flatMap { Int($0) } }

    // MARK: a rollout

    /// Tells as many things of their jobs as the rates allow, and ends runs that have taken too long.
    func rollOut() throws(ServiceProblem) {
        let open = try shelf.read { database throws(Fault) in
            try database.rows(
                """
                SELECT \(Job.columns) FROM jobs WHERE status = 'IN_PROGRESS'
                AND (settings LIKE '%jobExecutionsRolloutConfig%' OR settings LIKE '%timeoutConfig%')
                """, [], Job.init)
        }
        for job in open {
            let things = try shelf.change { work in
                try Self.release(job, work.database) + Self.endLate(job, work.database)
            }
            for thing in things { notify(thing, job.namespace) }
        }
    }

    private static func release(_ job: Job, _ database: Database) throws(Fault) -> [String] {
        let tally = try JobRun.tally(job.id, database)
        let now = Int64(WallClock.milliseconds)
        let told =
            try database.rows(
                "SELECT count(*), coalesce(sum(released > ?2), 0) FROM runs WHERE job = ?1 AND released IS NOT NULL",
                [.text(job.id), .int(now - 60_000)]
            ) { (all: Int($0.int(0)), lately: Int($0.int(1))) }.first ?? (0, 0)
        let rate = job.plan.rate(told: told.all, succeeded: tally["SUCCEEDED"] ?? 0) ?? .max
        guard told.lately < rate else { return [] }
        let things = try database.rows(
            "SELECT thing FROM runs WHERE job = ? AND released IS NULL AND status = 'QUEUED' ORDER BY n LIMIT ?",
            [.text(job.id), .int(Int64(min(rate - told.lately, 1_000_000)))]
        ) { $0.text(0) }
        // AWS's device software passes over what was queued before something that it knows of already.
        for thing in things {
            try database.run(
                "UPDATE runs SET released = ?1, queued = ?1, updated = ?1 WHERE thing = ?2 AND job = ?3",
                [.now, .text(thing), .text(job.id)])
        }
        return things
    }

    private static func endLate(_ job: Job, _ database: Database) throws(Fault) -> [String] {
        guard let minutes = job.settings["timeoutConfig"]?["inProgressTimeoutInMinutes"]?.whole else { return [] }
        let limit = Int64(WallClock.milliseconds) - Int64(minutes) * 60_000
        let things = try database.rows(
            "SELECT thing FROM runs WHERE job = ? AND status = 'IN_PROGRESS' AND started < ?",
            [.text(job.id), .int(limit)]
        ) { $0.text(0) }
        for thing in things {
            try database.run(
                "UPDATE runs SET status = 'TIMED_OUT', version = version + 1, updated = ? WHERE thing = ? AND job = ?",
                [.now, .text(thing), .text(job.id)])
        }
        return things
    }
}
