internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Roles that devices may take, by names that they know.
struct RoleAliases: Sendable {
    let desk: FleetDesk
    private static let name = Member("roleAlias", required: true, FleetDesk.nameRange, marks: "_=,@-")
    private static let columns = "name AS key, role, seconds, created, modified"
    private static let seconds = 3600

    var operations: [Operation] {
        let on = FleetDesk.on("rolealias", "roleAlias")
        let duration = Member("credentialDurationSeconds", .whole, 900...43_200)
        let place = "/role-aliases/{roleAlias}"
        return [
            Operation(
                "CreateRoleAlias",
                [Self.name, Member("roleArn", required: true, 20...2048), duration, FleetTags.member],
                at: RestPlace("POST", place), on: on, needs: Self.leaves
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("DescribeRoleAlias", [Self.name], at: RestPlace("GET", place), on: on) {
                call throws(ServiceProblem) in try describe(call)
            },
            Operation(
                "UpdateRoleAlias", [Self.name, Member("roleArn", 20...2048), duration], at: RestPlace("PUT", place),
                on: on, needs: Self.leaves
            ) { call throws(ServiceProblem) in try update(call) },
            Operation("DeleteRoleAlias", [Self.name], at: RestPlace("DELETE", place), on: on) {
                call throws(ServiceProblem) in
                let name = call["roleAlias"]
                let arn = desk.arn("rolealias/\(name)")
                try desk.shelf.change { work in
                    guard try Self.find(name, work.database) != nil else { throw Self.missing(name) }
                    try work.database.run("DELETE FROM aliases WHERE name = ?", [.text(name)])
                    try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
                }
                return .null
            },
            Operation(
                "ListRoleAliases", TablePage.marking,
                at: RestPlace("GET", "/role-aliases", query: TablePage.markingQuery)
            ) { call throws(ServiceProblem) in
                let list = try TablePage(desk.shelf, call, "SELECT name AS key FROM aliases") { .text($0.text(0)) }
                return ["roleAliases": .list(list.rows), "nextMarker": list.next]
            },
        ]
    }

    /// Whoever lets devices have a role could as well take it for himself.
    private static func leaves(_ call: Call) -> [Leave] {
        call.text("roleArn").map { [Leave(passing: $0, to: "credentials.iot.amazonaws.com")] } ?? []
    }

    /// A row of the table.
    struct Alias: Sendable {
        let name: String
        let role: String
        let seconds: Int
        let created: Datum
        let modified: Datum

        init(_ row: Statement) {
            name = row.text(0)
            role = row.text(1)
            seconds = Int(row.int(2))
            created = row.time(3)
            modified = row.time(4)
        }
    }

    static func find(_ name: String, _ database: Database) throws(Fault) -> Alias? {
        try database.rows("SELECT \(columns) FROM aliases WHERE name = ?", [.text(name)], Alias.init).first
    }

    private static func missing(_ name: String) -> ServiceProblem { FleetProblem.missing("Role alias \(name)") }

    private static func check(role arn: String) throws(ServiceProblem) {
        guard arn.hasPrefix("arn:aws:iam::"), arn.contains(":role/") else {
            throw FleetProblem.invalid("roleArn must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME")
        }
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, role) = (call["roleAlias"], call["roleArn"])
        try Self.check(role: role)
        let arn = desk.arn("rolealias/\(name)")
        try desk.shelf.change { work in
            guard try Self.find(name, work.database) == nil else {
                throw FleetProblem.taken("Role alias", name, arn: arn)
            }
            try work.database.run(
                "INSERT INTO aliases VALUES(?, ?, ?, ?, ?)",
                [
                    .text(name), .text(role), .int(Int64(call.whole("credentialDurationSeconds") ?? Self.seconds)),
                    .now, .now,
                ])
            try FleetTags.add(call.list("tags"), to: arn, work.database)
        }
        return ["roleAlias": .text(name), "roleAliasArn": .text(arn)]
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["roleAlias"]
        let found = try desk.shelf.read { database throws(Fault) in try Self.find(name, database) }
        guard let alias = found else { throw Self.missing(name) }
        return [
            "roleAliasDescription": [
                "roleAlias": .text(name), "roleAliasArn": .text(desk.arn("rolealias/\(name)")),
                "roleArn": .text(alias.role), "owner": .text(desk.account),
                "credentialDurationSeconds": .whole(alias.seconds), "creationDate": alias.created,
                "lastModifiedDate": alias.modified,
            ]
        ]
    }

    private func update(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["roleAlias"]
        if let role = call.text("roleArn") { try Self.check(role: role) }
        try desk.shelf.change { work in
            guard let alias = try Self.find(name, work.database) else { throw Self.missing(name) }
            try work.database.run(
                "UPDATE aliases SET role = ?, seconds = ?, modified = ? WHERE name = ?",
                [
                    .text(call.text("roleArn") ?? alias.role),
                    .int(Int64(call.whole("credentialDurationSeconds") ?? alias.seconds)), .now, .text(name),
                ])
        }
        return ["roleAlias": .text(name), "roleAliasArn": .text(desk.arn("rolealias/\(name)"))]
    }
}
