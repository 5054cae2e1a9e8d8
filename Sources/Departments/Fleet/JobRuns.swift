internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// What each thing makes of a job: seen from above, and by the thing itself.
struct JobRuns: Sendable {
    let desk: FleetDesk
    private static let status = Member(
        "status",
        words: ["QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "TIMED_OUT", "REJECTED", "REMOVED", "CANCELED"])

    /// For those who look after the fleet.
    var operations: [Operation] {
        let place = "/things/{thingName}/jobs/{jobId}"
        return [
            Operation(
                "DescribeJobExecution", [Things.name, Jobs.id, Member("executionNumber", .whole)],
                at: RestPlace("GET", place, asking: ["executionNumber"]), on: FleetDesk.on("thing", "thingName")
            ) { call throws(ServiceProblem) in try described(call) },
            Operation(
                "ListJobExecutionsForJob", TablePage.paging + [Jobs.id, Self.status],
                at: RestPlace("GET", "/jobs/{jobId}/things", asking: ["nextToken", "maxResults", "status"]),
                on: FleetDesk.on("job", "jobId")
            ) { call throws(ServiceProblem) in try ofJob(call) },
            Operation(
                "ListJobExecutionsForThing",
                TablePage.paging + [Things.name, Self.status, Member("namespaceId", 1...64)],
                at: RestPlace(
                    "GET", "/things/{thingName}/jobs", asking: ["nextToken", "maxResults", "status", "namespaceId"]),
                on: FleetDesk.on("thing", "thingName")
            ) { call throws(ServiceProblem) in try ofThing(call) },
            Operation(
                "CancelJobExecution",
                [Things.name, Jobs.id, Member("force", .flag), Member("expectedVersion", .whole)],
                at: RestPlace("PUT", place + "/cancel", asking: ["force"]), on: FleetDesk.on("thing", "thingName")
            ) { call throws(ServiceProblem) in
                try desk.cancelRun(
                    call["thingName"], call["jobId"], force: call.flag("force"), expected: call.whole("expectedVersion")
                )
                return .null
            },
        ]
    }

    /// For things themselves, over HTTP.
    var ownOperations: [Operation] {
        let on = FleetDesk.on("thing", "thingName")
        let place = "/things/{thingName}/jobs/{jobId}"
        return [
            Operation(
                "GetPendingJobExecutions", [Things.name], at: RestPlace("GET", "/things/{thingName}/jobs"), on: on
            ) {
                call throws(ServiceProblem) in .map(try desk.pendingRuns(call["thingName"], namespace: nil))
            },
            Operation(
                "StartNextPendingJobExecution", [Things.name, Member("statusDetails", .map(.text))],
                at: RestPlace("PUT", "/things/{thingName}/jobs/$next"), on: on
            ) { call throws(ServiceProblem) in
                let run = try desk.startNextRun(call["thingName"], namespace: nil, details: call.input["statusDetails"])
                return ["execution": run.map { .map(Self.written($0)) } ?? .null]
            },
            Operation(
                "DescribeJobExecution",
                [
                    Things.name, Member("jobId", required: true, 1...64), Member("includeJobDocument", .flag),
                    Member("executionNumber", .whole),
                ], at: RestPlace("GET", place, asking: ["includeJobDocument", "executionNumber"]), on: on
            ) { call throws(ServiceProblem) in
                let run = try desk.run(
                    call["thingName"], call["jobId"], namespace: nil,
                    hasDocument: call.input["includeJobDocument"]?.bool ?? true)
                return ["execution": run.map { .map(Self.written($0)) } ?? .null]
            },
            Operation(
                "UpdateJobExecution",
                [
                    Things.name, Jobs.id, Member("status", required: true), Member("statusDetails", .map(.text)),
                    Member("expectedVersion", .whole), Member("includeJobExecutionState", .flag),
                    Member("includeJobDocument", .flag), Member("executionNumber", .whole),
                ], at: RestPlace("POST", place), on: on
            ) { call throws(ServiceProblem) in
                var answer = try desk.updateRun(call["thingName"], call["jobId"], .map(call.input))
                answer["jobDocument"] = answer["jobDocument"].map { .text(String(decoding: $0.json, as: UTF8.self)) }
                return .map(answer)
            },
        ]
    }

    /// Over HTTP a document is a text.
    private static func written(_ run: DatumMap) -> DatumMap {
        var run = run
        run["jobDocument"] = run["jobDocument"].map { .text(String(decoding: $0.json, as: UTF8.self)) }
        return run
    }

    private func described(_ call: Call) throws(ServiceProblem) -> Datum {
        let (thing, id) = (call["thingName"], call["jobId"])
        let found = try desk.shelf.read { database throws(Fault) in try JobRun.find(thing, id, database) }
        guard let run = found else { throw FleetProblem.missing("Job execution of \(id) by \(thing)") }
        var shown = run.summary.map ?? DatumMap()
        shown["jobId"] = .text(id)
        shown["thingArn"] = .text(desk.arn("thing/\(thing)"))
        shown["versionNumber"] = .whole(Int(run.version))
        if !run.details.isNull { shown["statusDetails"] = ["detailsMap": run.details] }
        return ["execution": .map(shown)]
    }

    private func ofJob(_ call: Call) throws(ServiceProblem) -> Datum {
        let id = call["jobId"]
        let isThere = try desk.shelf.read { database throws(Fault) in try Job.find(id, database) != nil }
        guard isThere else { throw FleetProblem.missing("Job \(id)") }
        let page = try list(call, "job", id) { [desk] run in
            ["thingArn": .text(desk.arn("thing/\(run.thing)")), "jobExecutionSummary": run.summary]
        }
        return ["executionSummaries": .list(page.rows), "nextToken": page.next]
    }

    private func ofThing(_ call: Call) throws(ServiceProblem) -> Datum {
        guard try desk.hasThing(call["thingName"]) else { throw FleetProblem.missing("Thing \(call["thingName"])") }
        let page = try list(call, "thing", call["thingName"]) { run in
            ["jobId": .text(run.job), "jobExecutionSummary": run.summary]
        }
        return ["executionSummaries": .list(page.rows), "nextToken": page.next]
    }

    private func list(
        _ call: Call, _ column: String, _ value: String, row: @escaping @Sendable (JobRun) -> Datum
    ) throws(ServiceProblem) -> TablePage {
        var filter = "\(column) = ?1"
        var values: [SQLValue] = [.text(value)]
        if let status = call.text("status") {
            values.append(.text(status))
            filter += " AND status = ?\(values.count)"
        }
        if let namespace = call.text("namespaceId") {
            values.append(.text(namespace))
            filter += " AND job IN (SELECT id FROM jobs WHERE namespace = ?\(values.count))"
        }
        return try TablePage(desk.shelf, call, "SELECT \(JobRun.columns) FROM runs WHERE \(filter)", values) {
            statement throws(Fault) in row(try JobRun(statement))
        }
    }
}
