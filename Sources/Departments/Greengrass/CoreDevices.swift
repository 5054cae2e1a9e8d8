internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// Devices that run components, as they say themselves.
struct CoreDevices: Sendable {
    let desk: GreengrassDesk
    private static let name = Member("coreDeviceThingName", required: true, 1...128)
    private static let columns = "thing AS key, status, version, platform, architecture, runtime, reported"

    var operations: [Operation] {
        let on: Operation.Resources = { [$0.arn("greengrass", "coreDevices:\($0["coreDeviceThingName"])")] }
        let place = "/greengrass/v2/coreDevices/{coreDeviceThingName}"
        return [
            Operation(
                "ListCoreDevices",
                GreengrassDesk.paging + [
                    Member("thingGroupArn", 1...2048), Member("status", words: ["HEALTHY", "UNHEALTHY"]),
                    Member("runtime", 1...255),
                ],
                at: RestPlace(
                    "GET", "/greengrass/v2/coreDevices",
                    asking: ["nextToken", "maxResults", "thingGroupArn", "status", "runtime"])
            ) { call throws(ServiceProblem) in try list(call) },
            Operation("GetCoreDevice", [Self.name], at: RestPlace("GET", place), on: on) {
                call throws(ServiceProblem) in
                let thing = call["coreDeviceThingName"]
                let found = try desk.shelf.read { database throws(Fault) in
                    try database.rows(
                        "SELECT \(Self.columns) FROM devices WHERE thing = ?", [.text(thing)], Self.shown
                    ).first
                }
                guard var device = found?.map else { throw GreengrassProblem.missing("Core device", thing) }
                device["coreVersion"] = device["version"]
                device["version"] = nil
                device["tags"] = try GreengrassTags.of(desk.arn("coreDevices:\(thing)"), desk)
                return .map(device)
            },
            Operation("DeleteCoreDevice", [Self.name], at: RestPlace("DELETE", place, status: 204), on: on) {
                call throws(ServiceProblem) in try delete(call)
            },
            Operation(
                "ListInstalledComponents",
                GreengrassDesk.paging + [Self.name, Member("topologyFilter", words: ["ALL", "ROOT"])],
                at: RestPlace(
                    "GET", place + "/installedComponents", asking: ["nextToken", "maxResults", "topologyFilter"]),
                on: on
            ) { call throws(ServiceProblem) in try installed(call) },
            Operation(
                "ListEffectiveDeployments", GreengrassDesk.paging + [Self.name],
                at: RestPlace("GET", place + "/effectiveDeployments", asking: ["nextToken", "maxResults"]), on: on
            ) { call throws(ServiceProblem) in try effective(call) },
        ]
    }

    private static func shown(_ row: Statement) throws(Fault) -> Datum {
        [
            "coreDeviceThingName": .text(row.text(0)), "status": .text(row.text(1)), "version": row.optionalText(2),
            "platform": row.optionalText(3), "architecture": row.optionalText(4), "runtime": row.optionalText(5),
            "lastStatusUpdateTimestamp": row.time(6),
        ]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        var conditions: [String] = []
        var values: [SQLValue] = []
        for name in ["status", "runtime"] {
            guard let wanted = call.text(name) else { continue }
            values.append(.text(wanted))
            conditions.append("\(name) = ?\(values.count)")
        }
        if let arn = call.text("thingGroupArn") {
            guard case .group(let group) = try DeploymentTarget(arn, desk) else {
                throw GreengrassProblem.invalid("thingGroupArn is the ARN of a thing")
            }
            values.append(.json(.list(try desk.plant.things(inGroup: group).map(Datum.text))))
            conditions.append("thing IN (SELECT value FROM json_each(?\(values.count)))")
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let page = try TablePage(
            desk.shelf, call, usual: GreengrassDesk.usual, invalid: "ValidationException",
            "SELECT \(Self.columns) FROM devices\(filter)", values
        ) { row throws(Fault) in
            var device = try Self.shown(row).map ?? DatumMap()
            device["version"] = nil
            return .map(device)
        }
        return ["coreDevices": .list(page.rows), "nextToken": page.next]
    }

    /// What it says next makes it anew.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let thing = call["coreDeviceThingName"]
        let arn = desk.arn("coreDevices:\(thing)")
        try desk.shelf.change { work in
            guard try work.database.count("devices", where: "thing", is: thing) > 0 else {
                throw GreengrassProblem.missing("Core device", thing)
            }
            for table in ["devices", "installed", "executions"] {
                try work.database.run("DELETE FROM \(table) WHERE thing = ?", [.text(thing)])
            }
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
        }
        return .null
    }

    private func installed(_ call: Call) throws(ServiceProblem) -> Datum {
        let thing = call["coreDeviceThingName"]
        try desk.shelf.consult { database in
            guard try database.count("devices", where: "thing", is: thing) > 0 else {
                throw GreengrassProblem.missing("Core device", thing)
            }
        }
        // Where nobody says, roots alone, as AWS has it.
        let roots = call.text("topologyFilter") == "ALL" ? "" : " AND root = 1"
        let page = try TablePage(
            desk.shelf, call, usual: GreengrassDesk.usual, invalid: "ValidationException",
            "SELECT component AS key, version, state, details, root, codes, changed, reported FROM installed WHERE thing = ?1\(roots)",
            [.text(thing)]
        ) { row throws(Fault) in
            [
                "componentName": .text(row.text(0)), "componentVersion": .text(row.text(1)),
                "lifecycleState": .text(row.text(2)), "lifecycleStateDetails": row.optionalText(3),
                "isRoot": .bool(row.int(4) != 0), "lifecycleStatusCodes": try row.datum(5),
                "lastStatusChangeTimestamp": row.time(6), "lastReportedTimestamp": row.time(7),
            ]
        }
        return ["installedComponents": .list(page.rows), "nextToken": page.next]
    }

    /// Details of jobs are texts, lists among them: AWS's device software writes those with brackets around.
    private static func words(_ said: Datum?) -> Datum {
        guard let text = said?.text else { return said ?? .null }
        if let list = (try? Datum(json: Array(text.utf8)))?.list { return .list(list.filter { $0.text != nil }) }
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let words = (isBracketed ? text.dropFirst().dropLast() : text[...]).split(separator: ",")
        return .list(words.map { .text(String($0.drop { $0 == " " })) })
    }

    private func effective(_ call: Call) throws(ServiceProblem) -> Datum {
        let thing = call["coreDeviceThingName"]
        try desk.shelf.consult { database in
            guard
                try database.count("devices", where: "thing", is: thing) > 0
                    || database.count("executions", where: "thing", is: thing) > 0
            else { throw GreengrassProblem.missing("Core device", thing) }
        }
        let page = try TablePage(
            desk.shelf, call, usual: GreengrassDesk.usual, invalid: "ValidationException",
            """
            SELECT printf('%020d', deployments.n) AS key, deployments.id, deployments.name, deployments.target,
                executions.status, executions.reason, executions.details, executions.created, executions.modified
            FROM executions JOIN deployments ON deployments.id = executions.deployment
            WHERE executions.thing = ?1 AND deployments.latest = 1
            """, [.text(thing)], descending: true
        ) { row throws(Fault) in
            let details = try row.datum(6)
            return [
                "deploymentId": .text(row.text(1)), "deploymentName": .text(row.isNull(2) ? row.text(1) : row.text(2)),
                "targetArn": .text(row.text(3)), "coreDeviceExecutionStatus": .text(row.text(4)),
                "reason": row.optionalText(5), "creationTimestamp": row.time(7), "modifiedTimestamp": row.time(8),
                "statusDetails": [
                    "errorStack": Self.words(details["errorStack"]), "errorTypes": Self.words(details["errorTypes"]),
                ],
            ]
        }
        return ["effectiveDeployments": .list(page.rows), "nextToken": page.next]
    }
}
