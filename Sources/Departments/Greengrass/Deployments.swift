internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// What is to run where.
struct Deployments: Sendable {
    let desk: GreengrassDesk
    private static let id = Member("deploymentId", required: true, 1...128)
    private static let on: Operation.Resources = { [$0.arn("greengrass", "deployments:\($0["deploymentId"])")] }

    private static let component = Shape.structure([
        Member("componentVersion", required: true, 1...64),
        Member("configurationUpdate", .structure([Member("merge", 0...50_000), Member("reset", .list(.text))])),
        Member(
            "runWith",
            .structure([
                Member("posixUser", 1...255), Member("windowsUser", 1...255),
                Member("systemResourceLimits", .structure([Member("memory", .whole), Member("cpus", .number)])),
            ])),
    ])
    private static let policies = Shape.structure([
        Member("failureHandlingPolicy", words: ["ROLLBACK", "DO_NOTHING"]),
        Member(
            "componentUpdatePolicy",
            .structure([
                Member("timeoutInSeconds", .whole, 0...2_147_483_647),
                Member("action", words: ["NOTIFY_COMPONENTS", "SKIP_NOTIFY_COMPONENTS"]),
            ])),
        Member(
            "configurationValidationPolicy", .structure([Member("timeoutInSeconds", .whole, 0...2_147_483_647)])),
    ])

    var operations: [Operation] {
        let place = "/greengrass/v2/deployments/{deploymentId}"
        return [
            Operation(
                "CreateDeployment",
                [
                    Member("targetArn", required: true, 1...2048), Member("deploymentName", 1...256),
                    Member("components", .map(Self.component)), Member("iotJobConfiguration", .anything),
                    Member("deploymentPolicies", Self.policies), Member("parentTargetArn", 1...2048),
                    GreengrassTags.member, Member("clientToken", 1...64),
                ], at: RestPlace("POST", "/greengrass/v2/deployments", status: 201), on: { [$0["targetArn"]] }
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("GetDeployment", [Self.id], at: RestPlace("GET", place), on: Self.on) {
                call throws(ServiceProblem) in try get(call)
            },
            Operation(
                "ListDeployments",
                GreengrassDesk.paging + [
                    Member("targetArn", 1...2048), Member("parentTargetArn", 1...2048),
                    Member("historyFilter", words: ["ALL", "LATEST_ONLY"]),
                ],
                at: RestPlace(
                    "GET", "/greengrass/v2/deployments",
                    asking: ["nextToken", "maxResults", "targetArn", "parentTargetArn", "historyFilter"])
            ) { call throws(ServiceProblem) in try list(call) },
            Operation("CancelDeployment", [Self.id], at: RestPlace("POST", place + "/cancel"), on: Self.on) {
                call throws(ServiceProblem) in try cancel(call)
            },
            Operation("DeleteDeployment", [Self.id], at: RestPlace("DELETE", place, status: 204), on: Self.on) {
                call throws(ServiceProblem) in try delete(call)
            },
        ]
    }

    // MARK: making

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = call["targetArn"]
        let target = try DeploymentTarget(arn, desk)
        let document = try DeploymentDocument(call.input)
        try target.check(desk)
        let made = try desk.shelf.change { [desk] work in
            if let token = call.text("clientToken"), let known = try Self.made(by: token, arn, work.database) {
                return known
            }
            for (name, version) in document.components
            where try StoredComponent.find(name, version, work.database) == nil {
                throw GreengrassProblem.missing("Component", "\(name) version \(version)")
            }
            return try Self.insert(call, arn, target, document, work.database, desk)
        }
        try desk.tell(target)
        var answer: DatumMap = ["deploymentId": .text(made.id)]
        if let job = made.job {
            answer["iotJobId"] = .text(job)
            answer["iotJobArn"] = .text(desk.jobARN(job))
        }
        return .map(answer)
    }

    private static func made(
        by token: String, _ target: String, _ database: Database
    ) throws(Fault) -> StoredDeployment? {
        try database.rows(
            "SELECT \(StoredDeployment.columns) FROM deployments WHERE token = ? AND target = ?",
            [.text(token), .text(target)], StoredDeployment.init
        ).first
    }

    private static func insert(
        _ call: Call, _ arn: String, _ target: DeploymentTarget, _ document: DeploymentDocument, _ database: Database,
        _ desk: GreengrassDesk
    ) throws -> StoredDeployment {
        // Counted apart, because devices tell revisions from each other by their numbers alone, deleted ones too.
        try database.run(
            "INSERT INTO revisions VALUES(?, 1) ON CONFLICT DO UPDATE SET newest = newest + 1", [.text(arn)])
        let revision = try database.rows("SELECT newest FROM revisions WHERE target = ?", [.text(arn)]) { $0.int(0) }
        try database.run(
            """
            UPDATE deployments SET latest = 0, status = CASE status WHEN 'ACTIVE' THEN 'INACTIVE' ELSE status END
            WHERE target = ? AND latest = 1
            """, [.text(arn)])
        let id = UniqueID.random()
        try database.run(
            """
            INSERT INTO deployments(id, target, revision, latest, name, status, body, token, created, job)
            VALUES(?, ?, ?, 1, ?, 'ACTIVE', ?, ?, ?, ?)
            """,
            [
                .text(id), .text(arn), .int(revision.first ?? 1), .optional(call.text("deploymentName")),
                .json(document.body), .optional(call.text("clientToken")), .now, .optional(target.jobID(id)),
            ])
        if case .thing(let thing) = target {
            try database.run(
                "INSERT INTO executions VALUES(?, ?, 'QUEUED', NULL, NULL, ?, ?)",
                [.text(thing), .text(id), .now, .now])
        }
        try GreengrassTags.add(call.map("tags"), to: desk.arn("deployments:\(id)"), database)
        guard let made = try StoredDeployment.find(id, database) else {
            throw Fault(.system, "a deployment that was just written is not there")
        }
        return made
    }

    // MARK: looking

    private func find(_ id: String) throws(ServiceProblem) -> StoredDeployment {
        let found = try desk.shelf.read { database throws(Fault) in try StoredDeployment.find(id, database) }
        guard let found else { throw GreengrassProblem.missing("Deployment", id) }
        return found
    }

    private func get(_ call: Call) throws(ServiceProblem) -> Datum {
        let deployment = try find(call["deploymentId"])
        var row = deployment.row.map ?? DatumMap()
        for name in ["components", "deploymentPolicies", "iotJobConfiguration"] { row[name] = deployment.body[name] }
        if let job = deployment.job {
            row["iotJobId"] = .text(job)
            row["iotJobArn"] = .text(desk.jobARN(job))
        }
        row["tags"] = try GreengrassTags.of(desk.arn("deployments:\(deployment.id)"), desk)
        return .map(row)
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        var conditions: [String] = []
        var values: [SQLValue] = []
        if call.text("historyFilter") != "ALL" { conditions.append("latest = 1") }
        if let target = call.text("targetArn") {
            values.append(.text(target))
            conditions.append("target = ?\(values.count)")
        }
        if let parent = call.text("parentTargetArn") {
            values.append(.text(parent))
            conditions.append("json_extract(body, '$.parentTargetArn') = ?\(values.count)")
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let page = try TablePage(
            desk.shelf, call, usual: GreengrassDesk.usual, invalid: "ValidationException",
            "SELECT \(StoredDeployment.columns) FROM deployments\(filter)", values, descending: true
        ) { row throws(Fault) in try StoredDeployment(row).row }
        return ["deployments": .list(page.rows), "nextToken": page.next]
    }

    // MARK: ending

    /// One that is over stays what it is: there is nothing left to cancel.
    private func cancel(_ call: Call) throws(ServiceProblem) -> Datum {
        let id = call["deploymentId"]
        let deployment = try desk.shelf.change { work in
            guard let found = try StoredDeployment.find(id, work.database) else {
                throw GreengrassProblem.missing("Deployment", id)
            }
            guard found.status == .active else { return found }
            try work.database.run("UPDATE deployments SET status = 'CANCELED' WHERE id = ?", [.text(id)])
            try work.database.run(
                "UPDATE executions SET status = 'CANCELED', modified = ? WHERE deployment = ? AND status IN ('QUEUED', 'IN_PROGRESS')",
                [.now, .text(id)])
            return try StoredDeployment.find(id, work.database) ?? found
        }
        try desk.tell(try DeploymentTarget(deployment.target, desk))
        return [
            "message": .text(
                deployment.status == .canceled
                    ? "The deployment is canceled."
                    : "The deployment is \(deployment.status.rawValue): nothing is left to cancel.")
        ]
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let id = call["deploymentId"]
        let arn = desk.arn("deployments:\(id)")
        try desk.shelf.change { work in
            guard let found = try StoredDeployment.find(id, work.database) else {
                throw GreengrassProblem.missing("Deployment", id)
            }
            guard found.status != .active else {
                throw GreengrassProblem.conflict("the deployment is active: cancel it first", id, "deployment")
            }
            try work.database.run("DELETE FROM deployments WHERE id = ?", [.text(id)])
            try work.database.run("DELETE FROM executions WHERE deployment = ?", [.text(id)])
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
        }
        return .null
    }
}
