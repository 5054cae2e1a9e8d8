internal import AWSProtocol
internal import Core
internal import Database
internal import Policies
internal import Records

/// What certificates may do, by name.
struct DevicePolicies: Sendable {
    let desk: FleetDesk
    static let name = Member("policyName", required: true, FleetDesk.nameRange, marks: "+=,.@_-")
    static let document = Member("policyDocument", required: true, 0...404_600)
    private static let documentBytesMax = 2048
    private static let columns = "name AS key, current, newest, created, modified"

    var operations: [Operation] {
        let on = FleetDesk.on("policy", "policyName")
        let place = "/policies/{policyName}"
        return [
            Operation(
                "CreatePolicy", [Self.name, Self.document, FleetTags.member], at: RestPlace("POST", place), on: on
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("GetPolicy", [Self.name], at: RestPlace("GET", place), on: on) { call throws(ServiceProblem) in
                let name = call["policyName"]
                let found = try desk.shelf.read { database throws(Fault) in
                    try Self.find(name, database).map { row throws(Fault) in
                        (row, try PolicyEditions.find(name, row.current, database)?.document)
                    }
                }
                guard let (row, document) = found else { throw Self.missing(name) }
                return [
                    "policyName": .text(name), "policyArn": .text(desk.arn("policy/\(name)")),
                    "policyDocument": .text(document ?? ""), "defaultVersionId": .text("\(row.current)"),
                    "creationDate": row.created, "lastModifiedDate": row.modified,
                    "generationId": .text("\(row.newest)"),
                ]
            },
            Operation("DeletePolicy", [Self.name], at: RestPlace("DELETE", place), on: on) {
                call throws(ServiceProblem) in try delete(call)
            },
            Operation(
                "ListPolicies", TablePage.marking, at: RestPlace("GET", "/policies", query: TablePage.markingQuery)
            ) { call throws(ServiceProblem) in
                let list = try TablePage(desk.shelf, call, "SELECT name AS key FROM policies") { [desk] in
                    Self.named($0.text(0), desk)
                }
                return ["policies": .list(list.rows), "nextMarker": list.next]
            },
        ]
    }

    /// A row of the table.
    struct Row: Sendable {
        let current: Int64
        let newest: Int64
        let created: Datum
        let modified: Datum

        init(_ row: Statement) {
            current = row.int(1)
            newest = row.int(2)
            created = row.time(3)
            modified = row.time(4)
        }
    }

    static func find(_ name: String, _ database: Database) throws(Fault) -> Row? {
        try database.rows("SELECT \(columns) FROM policies WHERE name = ?", [.text(name)], Row.init).first
    }

    static func missing(_ name: String) -> ServiceProblem { FleetProblem.missing("Policy \(name)") }

    static func named(_ name: String, _ desk: FleetDesk) -> Datum {
        ["policyName": .text(name), "policyArn": .text(desk.arn("policy/\(name)"))]
    }

    /// Refuses what is no policy of a device.
    static func check(_ document: String) throws(ServiceProblem) {
        guard document.utf8.count(where: { $0 > 0x20 }) <= documentBytesMax else {
            throw ServiceProblem(
                "MalformedPolicyException", "a device's policy may have \(documentBytesMax) characters beside blanks")
        }
        do throws(PolicyRefusal) { _ = try PolicyDocument(parsing: Array(document.utf8), as: .device) } catch {
            throw ServiceProblem("MalformedPolicyException", "Policy document is malformed: \(error)")
        }
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, document) = (call["policyName"], call["policyDocument"])
        try Self.check(document)
        let arn = desk.arn("policy/\(name)")
        try desk.shelf.change { work in
            guard try Self.find(name, work.database) == nil else {
                throw FleetProblem.taken("Policy", name, arn: arn)
            }
            try work.database.run("INSERT INTO policies VALUES(?, 1, 1, ?, ?)", [.text(name), .now, .now])
            try work.database.run("INSERT INTO editions VALUES(?, 1, ?, ?)", [.text(name), .text(document), .now])
            try FleetTags.add(call.list("tags"), to: arn, work.database)
        }
        return [
            "policyName": .text(name), "policyArn": .text(arn), "policyDocument": .text(document),
            "policyVersionId": "1",
        ]
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["policyName"]
        let arn = desk.arn("policy/\(name)")
        try desk.shelf.change { work in
            guard try Self.find(name, work.database) != nil else { throw Self.missing(name) }
            guard try work.database.count("attachments", where: "policy", is: name) == 0 else {
                throw FleetProblem.conflict(
                    "The policy cannot be deleted as the policy is attached to one or more principals (name=\(name))")
            }
            guard try work.database.count("editions", where: "policy", is: name) == 1 else {
                throw FleetProblem.conflict(
                    "Cannot delete the policy because it has one or more policy versions attached to it (name=\(name))")
            }
            try work.database.run("DELETE FROM editions WHERE policy = ?", [.text(name)])
            try work.database.run("DELETE FROM policies WHERE name = ?", [.text(name)])
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
        }
        return .null
    }
}
