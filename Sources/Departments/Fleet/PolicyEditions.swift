internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// A policy's versions, one of which counts.
struct PolicyEditions: Sendable {
    let desk: FleetDesk
    private static let number = Member("policyVersionId", required: true, 1...20)
    private static let editionsMax = 5

    var operations: [Operation] {
        let on = FleetDesk.on("policy", "policyName")
        let place = "/policies/{policyName}/version"
        let one = place + "/{policyVersionId}"
        return [
            Operation(
                "CreatePolicyVersion", [DevicePolicies.name, DevicePolicies.document, Member("setAsDefault", .flag)],
                at: RestPlace("POST", place, asking: ["setAsDefault"]), on: on
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("GetPolicyVersion", [DevicePolicies.name, Self.number], at: RestPlace("GET", one), on: on) {
                call throws(ServiceProblem) in
                let (policy, edition) = try desk.shelf.consult { database in try Self.find(call, database) }
                return [
                    "policyArn": .text(desk.arn("policy/\(call["policyName"])")),
                    "policyName": .text(call["policyName"]), "policyDocument": .text(edition.document),
                    "policyVersionId": .text("\(edition.number)"),
                    "isDefaultVersion": .bool(edition.number == policy.current), "creationDate": edition.created,
                    "lastModifiedDate": edition.created, "generationId": .text("\(edition.number)"),
                ]
            },
            Operation("ListPolicyVersions", [DevicePolicies.name], at: RestPlace("GET", place), on: on) {
                call throws(ServiceProblem) in try list(call)
            },
            Operation(
                "SetDefaultPolicyVersion", [DevicePolicies.name, Self.number], at: RestPlace("PATCH", one), on: on
            ) { call throws(ServiceProblem) in
                try desk.shelf.change { work in
                    let (_, edition) = try Self.find(call, work.database)
                    try work.database.run(
                        "UPDATE policies SET current = ?, modified = ? WHERE name = ?",
                        [.int(edition.number), .now, .text(call["policyName"])])
                }
                return .null
            },
            Operation(
                "DeletePolicyVersion", [DevicePolicies.name, Self.number], at: RestPlace("DELETE", one), on: on
            ) { call throws(ServiceProblem) in
                try desk.shelf.change { work in
                    let (policy, edition) = try Self.find(call, work.database)
                    guard edition.number != policy.current else {
                        throw FleetProblem.conflict("Cannot delete the default version of a policy")
                    }
                    try work.database.run(
                        "DELETE FROM editions WHERE policy = ? AND number = ?",
                        [.text(call["policyName"]), .int(edition.number)])
                }
                return .null
            },
        ]
    }

    /// A row of the table.
    struct Edition: Sendable {
        let number: Int64
        let document: String
        let created: Datum

        init(_ row: Statement) {
            number = row.int(0)
            document = row.text(1)
            created = row.time(2)
        }
    }

    static func find(_ policy: String, _ number: Int64, _ database: Database) throws(Fault) -> Edition? {
        try database.rows(
            "SELECT number, document, created FROM editions WHERE policy = ? AND number = ?",
            [.text(policy), .int(number)], Edition.init
        ).first
    }

    /// The policy and the version of it that a call names; throws what is to be answered.
    private static func find(_ call: Call, _ database: Database) throws -> (DevicePolicies.Row, Edition) {
        let name = call["policyName"]
        guard let policy = try DevicePolicies.find(name, database) else { throw DevicePolicies.missing(name) }
        guard let number = Int64(call["policyVersionId"]), let edition = try find(name, number, database) else {
            throw FleetProblem.missing("Policy version \(call["policyVersionId"]) of \(name)")
        }
        return (policy, edition)
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, document) = (call["policyName"], call["policyDocument"])
        try DevicePolicies.check(document)
        let isDefault = call.flag("setAsDefault")
        let number = try desk.shelf.change { work in
            guard let policy = try DevicePolicies.find(name, work.database) else { throw DevicePolicies.missing(name) }
            guard try work.database.count("editions", where: "policy", is: name) < Self.editionsMax else {
                throw ServiceProblem(
                    "VersionsLimitExceededException",
                    "The policy \(name) already has \(Self.editionsMax) versions: delete one first", status: 409)
            }
            let number = policy.newest + 1
            try work.database.run(
                "INSERT INTO editions VALUES(?, ?, ?, ?)", [.text(name), .int(number), .text(document), .now])
            try work.database.run(
                "UPDATE policies SET newest = ?, current = ?, modified = ? WHERE name = ?",
                [.int(number), .int(isDefault ? number : policy.current), .now, .text(name)])
            return number
        }
        return [
            "policyArn": .text(desk.arn("policy/\(name)")), "policyDocument": .text(document),
            "policyVersionId": .text("\(number)"), "isDefaultVersion": .bool(isDefault),
        ]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["policyName"]
        let found = try desk.shelf.read { database throws(Fault) in
            try DevicePolicies.find(name, database).map { policy throws(Fault) in
                try database.rows(
                    "SELECT number, document, created FROM editions WHERE policy = ? ORDER BY number DESC",
                    [.text(name)], Edition.init
                ).map { edition -> Datum in
                    [
                        "versionId": .text("\(edition.number)"),
                        "isDefaultVersion": .bool(edition.number == policy.current), "createDate": edition.created,
                    ]
                }
            }
        }
        guard let rows = found else { throw DevicePolicies.missing(name) }
        return ["policyVersions": .list(rows)]
    }
}
