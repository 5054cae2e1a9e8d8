internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// What many things are to do, from above.
struct Jobs: Sendable {
    let desk: FleetDesk
    static let id = Member("jobId", required: true, 1...64, marks: "_-")
    private static let documentMax = 0...32_768
    private static let statuses = ["IN_PROGRESS", "CANCELED", "COMPLETED"]
    private static let kept = [
        "description", "jobExecutionsRolloutConfig", "abortConfig", "timeoutConfig", "comment", "reasonCode",
    ]

    var operations: [Operation] {
        let on = FleetDesk.on("job", "jobId")
        let place = "/jobs/{jobId}"
        let rollout = Shape.structure([
            Member("maximumPerMinute", .whole, 1...1_000_000), Member("exponentialRate", .anything),
        ])
        let criterion = Shape.structure([
            Member("failureType", required: true, words: ["FAILED", "REJECTED", "TIMED_OUT", "ALL"]),
            Member("action", required: true, words: ["CANCEL"]), Member("thresholdPercentage", .number, required: true),
            Member("minNumberOfExecutedThings", .whole, required: true, 1...1_000_000),
        ])
        return [
            Operation(
                "CreateJob",
                [
                    Self.id, Member("targets", .list(.text), required: true, 1...100),
                    Member("document", Self.documentMax), Member("documentSource", 1...1350),
                    Member("description", 0...2028), Member("targetSelection", words: ["CONTINUOUS", "SNAPSHOT"]),
                    Member("jobExecutionsRolloutConfig", rollout),
                    Member("abortConfig", .structure([Member("criteriaList", .list(criterion), required: true)])),
                    Member(
                        "timeoutConfig", .structure([Member("inProgressTimeoutInMinutes", .whole, 1...10_080)])),
                    Member("namespaceId", 1...64), FleetTags.member,
                ], at: RestPlace("PUT", place), on: { on($0) + $0.texts("targets") }
            ) { call throws(ServiceProblem) in try create(call) }
            .without(
                "schedulingConfig", "jobExecutionsRetryConfig", "presignedUrlConfig", "jobTemplateArn",
                "documentParameters", "destinationPackageVersions"),
            Operation("DescribeJob", [Self.id], at: RestPlace("GET", place), on: on) { call throws(ServiceProblem) in
                try describe(call)
            },
            Operation("GetJobDocument", [Self.id], at: RestPlace("GET", place + "/job-document"), on: on) {
                call throws(ServiceProblem) in ["document": .text(try find(call["jobId"]).document)]
            },
            Operation(
                "ListJobs",
                TablePage.paging + [
                    Member("status", words: Self.statuses),
                    Member("targetSelection", words: ["CONTINUOUS", "SNAPSHOT"]),
                    Member("namespaceId", 1...64), Member("thingGroupName", 1...128),
                ],
                at: RestPlace(
                    "GET", "/jobs",
                    asking: [
                        "nextToken", "maxResults", "status", "targetSelection", "namespaceId", "thingGroupName",
                    ])
            ) { call throws(ServiceProblem) in try list(call) }
            .without("thingGroupId"),
            Operation(
                "CancelJob",
                [Self.id, Member("force", .flag), Member("comment", 0...2028), Member("reasonCode", 0...128)],
                at: RestPlace("PUT", place + "/cancel", asking: ["force"]), on: on
            ) { call throws(ServiceProblem) in
                try desk.cancelJob(call["jobId"], force: call.flag("force"), comment: call.text("comment"))
                return ["jobArn": .text(desk.arn("job/\(call["jobId"])")), "jobId": .text(call["jobId"])]
            },
            Operation(
                "DeleteJob", [Self.id, Member("force", .flag)],
                at: RestPlace("DELETE", place, asking: ["force"]), on: on
            ) { call throws(ServiceProblem) in try delete(call) },
        ]
    }

    private func find(_ id: String) throws(ServiceProblem) -> Job {
        let found = try desk.shelf.read { database throws(Fault) in try Job.find(id, database) }
        guard let found else { throw FleetProblem.missing("Job \(id)") }
        return found
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        guard call.text("documentSource") == nil else {
            throw FleetProblem.invalid("documentSource is not offered: give the document itself")
        }
        guard let document = call.text("document"), (try? Datum(json: Array(document.utf8)))?.map != nil else {
            throw FleetProblem.invalid("document has to be given, as the text of a JSON object")
        }
        var settings = DatumMap()
        for name in Self.kept { settings[name] = call.input[name] }
        try desk.createJob(
            call["jobId"], for: call.texts("targets"), document: document, namespace: call.text("namespaceId"),
            isContinuous: call.text("targetSelection") == "CONTINUOUS", settings, tags: call.list("tags"))
        return [
            "jobArn": .text(desk.arn("job/\(call["jobId"])")), "jobId": .text(call["jobId"]),
            "description": call.input["description"] ?? .null,
        ]
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        let job = try find(call["jobId"])
        let tally = try desk.shelf.read { database throws(Fault) in try JobRun.tally(job.id, database) }
        var details = DatumMap()
        for (status, name) in [
            ("CANCELED", "Canceled"), ("SUCCEEDED", "Succeeded"), ("FAILED", "Failed"), ("REJECTED", "Rejected"),
            ("QUEUED", "Queued"), ("IN_PROGRESS", "InProgress"), ("REMOVED", "Removed"), ("TIMED_OUT", "TimedOut"),
        ] { details["numberOf\(name)Things"] = .whole(tally[status] ?? 0) }
        var shown = shown(job).map ?? DatumMap()
        for name in Self.kept { shown[name] = job.settings[name] }
        shown["targets"] = .list(job.targets.map(Datum.text))
        shown["namespaceId"] = job.namespace.map(Datum.text)
        shown["jobProcessDetails"] = .map(details)
        return ["job": .map(shown)]
    }

    private func shown(_ job: Job) -> Datum {
        [
            "jobArn": .text(desk.arn("job/\(job.id)")), "jobId": .text(job.id),
            "targetSelection": job.isContinuous ? "CONTINUOUS" : "SNAPSHOT", "status": .text(job.status),
            "createdAt": .number(Double(job.created) / 1000), "lastUpdatedAt": .number(Double(job.updated) / 1000),
            "completedAt": job.completed.map { .number(Double($0) / 1000) } ?? .null,
        ]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        var conditions: [String] = []
        var values: [SQLValue] = []
        func wants(_ column: String, _ value: SQLValue) {
            values.append(value)
            conditions.append("\(column) = ?\(values.count)")
        }
        if let status = call.text("status") { wants("status", .text(status)) }
        if let namespace = call.text("namespaceId") { wants("namespace", .text(namespace)) }
        if let selection = call.text("targetSelection") { wants("continuous", .int(selection == "CONTINUOUS" ? 1 : 0)) }
        if let group = call.text("thingGroupName") {
            values.append(.text(desk.arn("thinggroup/\(group)")))
            conditions.append("EXISTS (SELECT 1 FROM json_each(targets) WHERE value = ?\(values.count))")
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let page = try TablePage(desk.shelf, call, "SELECT \(Job.columns) FROM jobs\(filter)", values, descending: true)
        {
            row throws(Fault) in shown(try Job(row))
        }
        return ["jobs": .list(page.rows), "nextToken": page.next]
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let (id, isForced) = (call["jobId"], call.flag("force"))
        let arn = desk.arn("job/\(id)")
        let (job, things) = try desk.shelf.change { work -> (Job, [String]) in
            guard let job = try Job.find(id, work.database) else { throw FleetProblem.missing("Job \(id)") }
            guard !job.isOpen || isForced else {
                throw FleetProblem.transition("Job \(id) is in progress: cancel it first, or delete it with force")
            }
            let things = try work.database.rows(
                "SELECT thing FROM runs WHERE job = ? AND status IN ('QUEUED', 'IN_PROGRESS')", [.text(id)]
            ) { $0.text(0) }
            for (table, column) in [("jobs", "id"), ("runs", "job")] {
                try work.database.run("DELETE FROM \(table) WHERE \(column) = ?", [.text(id)])
            }
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
            return (job, things)
        }
        for thing in things { desk.notify(thing, job.namespace) }
        return .null
    }
}

extension FleetProblem {
    static func transition(_ why: String) -> ServiceProblem {
        ServiceProblem("InvalidStateTransitionException", why, status: 409)
    }
}
