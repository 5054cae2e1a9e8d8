internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// Things that are dealt with together; a group may lie in another.
struct ThingGroups: Sendable {
    let desk: FleetDesk
    static let name = FleetDesk.named("thingGroupName", required: true)
    private static let columns = "name AS key, id, parent, description, attributes, version, created"
    private static let depthMax = 7

    var operations: [Operation] {
        let on = FleetDesk.on("thinggroup", "thingGroupName")
        let properties = Member(
            "thingGroupProperties",
            .structure([
                Member("thingGroupDescription", 0...2028), Member("attributePayload", Attributes.payload),
            ]))
        let parent = FleetDesk.named("parentGroupName")
        return [
            Operation(
                "CreateThingGroup", [Self.name, parent, properties, FleetTags.member],
                at: RestPlace("POST", "/thing-groups/{thingGroupName}"), on: on
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("DescribeThingGroup", [Self.name], at: RestPlace("GET", "/thing-groups/{thingGroupName}"), on: on)
            { call throws(ServiceProblem) in try describe(call) },
            Operation(
                "UpdateThingGroup", [Self.name, properties, Member("expectedVersion", .whole)],
                at: RestPlace("PATCH", "/thing-groups/{thingGroupName}"), on: on
            ) { call throws(ServiceProblem) in try update(call) },
            Operation(
                "DeleteThingGroup", [Self.name, Member("expectedVersion", .whole)],
                at: RestPlace("DELETE", "/thing-groups/{thingGroupName}", asking: ["expectedVersion"]), on: on
            ) { call throws(ServiceProblem) in try delete(call) },
            Operation(
                "ListThingGroups",
                TablePage.paging + [
                    FleetDesk.named("parentGroup"), FleetDesk.named("namePrefixFilter"),
                    Member("recursive", .flag),
                ],
                at: RestPlace(
                    "GET", "/thing-groups",
                    asking: ["nextToken", "maxResults", "parentGroup", "namePrefixFilter", "recursive"])
            ) { call throws(ServiceProblem) in try list(call) },
        ]
    }

    /// A row of the table.
    struct Group: Sendable {
        let name: String
        let id: String
        let parent: String?
        let description: String?
        let attributes: DatumMap
        let version: Int64
        let created: Datum

        init(_ row: Statement) throws(Fault) {
            name = row.text(0)
            id = row.text(1)
            parent = row.isNull(2) ? nil : row.text(2)
            description = row.isNull(3) ? nil : row.text(3)
            attributes = try row.datum(4).map ?? DatumMap()
            version = row.int(5)
            created = row.time(6)
        }
    }

    static func find(_ name: String, _ database: Database) throws(Fault) -> Group? {
        try database.rows("SELECT \(columns) FROM groups WHERE name = ?", [.text(name)], Group.init).first
    }

    /// The groups that one lies in, from the root down.
    static func ancestors(of group: Group, _ database: Database) throws(Fault) -> [Group] {
        var chain: [Group] = []
        var parent = group.parent
        while let name = parent, chain.count < depthMax, let found = try find(name, database) {
            chain.insert(found, at: 0)
            parent = found.parent
        }
        return chain
    }

    /// A common table expression `tree`: the groups below one, itself among them.
    static let tree = """
        WITH RECURSIVE tree(name) AS (
            VALUES(?1) UNION SELECT groups.name FROM groups JOIN tree ON groups.parent = tree.name)
        """

    static func things(in group: String, _ database: Database) throws(Fault) -> [String] {
        try database.rows(
            "\(tree) SELECT DISTINCT thing FROM members WHERE grp IN (SELECT name FROM tree)", [.text(group)]
        ) { $0.text(0) }
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, parent) = (call["thingGroupName"], call.text("parentGroupName"))
        let properties = call.map("thingGroupProperties")
        let description = properties["thingGroupDescription"]?.text
        let attributes = try Attributes.changed(DatumMap(), by: properties["attributePayload"])
        let arn = desk.arn("thinggroup/\(name)")
        let id = try desk.shelf.change { work in
            if let known = try Self.find(name, work.database) {
                guard known.parent == parent, known.description == description, known.attributes == attributes else {
                    throw FleetProblem.taken("Thing group", name, arn: arn)
                }
                return known.id
            }
            if let parent {
                guard let above = try Self.find(parent, work.database) else {
                    throw FleetProblem.missing("Thing group \(parent)")
                }
                guard try Self.ancestors(of: above, work.database).count + 2 <= Self.depthMax else {
                    throw FleetProblem.invalid("Thing groups may be \(Self.depthMax) deep")
                }
            }
            let id = UniqueID.random()
            try work.database.run(
                "INSERT INTO groups VALUES(?, ?, ?, ?, ?, 1, ?)",
                [
                    .text(name), .text(id), .optional(parent), .optional(description), .json(.map(attributes)), .now,
                ])
            try FleetTags.add(call.list("tags"), to: arn, work.database)
            return id
        }
        return ["thingGroupName": .text(name), "thingGroupArn": .text(arn), "thingGroupId": .text(id)]
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["thingGroupName"]
        let found = try desk.shelf.read { database throws(Fault) in
            try Self.find(name, database).map { group throws(Fault) in
                (group: group, above: try Self.ancestors(of: group, database))
            }
        }
        guard let (group, above) = found else { throw FleetProblem.missing("Thing group \(name)") }
        let chain = above.map { above -> Datum in
            ["groupName": .text(above.name), "groupArn": .text(desk.arn("thinggroup/\(above.name)"))]
        }
        return [
            "thingGroupName": .text(name), "thingGroupId": .text(group.id),
            "thingGroupArn": .text(desk.arn("thinggroup/\(name)")), "version": .whole(Int(group.version)),
            "thingGroupProperties": [
                "thingGroupDescription": group.description.map(Datum.text) ?? .null,
                "attributePayload": ["attributes": .map(group.attributes)],
            ],
            "thingGroupMetadata": [
                "parentGroupName": group.parent.map(Datum.text) ?? .null, "rootToParentThingGroups": .list(chain),
                "creationDate": group.created,
            ],
        ]
    }

    private func update(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["thingGroupName"]
        let properties = call.map("thingGroupProperties")
        let version = try desk.shelf.change { work in
            guard let group = try Self.find(name, work.database) else {
                throw FleetProblem.missing("Thing group \(name)")
            }
            try Self.check(call, group)
            let attributes = try Attributes.changed(group.attributes, by: properties["attributePayload"])
            try work.database.run(
                "UPDATE groups SET description = ?, attributes = ?, version = version + 1 WHERE name = ?",
                [
                    .optional(properties["thingGroupDescription"]?.text ?? group.description), .json(.map(attributes)),
                    .text(name),
                ])
            return group.version + 1
        }
        return ["version": .whole(Int(version))]
    }

    private static func check(_ call: Call, _ group: Group) throws(ServiceProblem) {
        guard let expected = call.whole("expectedVersion"), Int64(expected) != group.version else { return }
        throw FleetProblem.version("thing group \(group.name)", is: group.version, not: expected)
    }

    /// One that is not there is as good as deleted, as AWS has it.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["thingGroupName"]
        let arn = desk.arn("thinggroup/\(name)")
        try desk.shelf.change { work in
            guard let group = try Self.find(name, work.database) else { return }
            try Self.check(call, group)
            guard try work.database.count("groups", where: "parent", is: name) == 0 else {
                throw FleetProblem.invalid("Cannot delete thing group \(name): it has child groups")
            }
            try work.database.run("DELETE FROM groups WHERE name = ?", [.text(name)])
            try work.database.run("DELETE FROM members WHERE grp = ?", [.text(name)])
            try work.database.run("DELETE FROM attachments WHERE target = ?", [.text(arn)])
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
        }
        return .null
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        var values: [SQLValue] = []
        var conditions: [String] = []
        var tree = ""
        // AWS lists all where nothing is said, and children alone where that is asked for.
        let isDeep = call.input["recursive"]?.bool ?? true
        if let parent = call.text("parentGroup") {
            let isThere = try desk.shelf.read { database throws(Fault) in try Self.find(parent, database) != nil }
            guard isThere else { throw FleetProblem.missing("Thing group \(parent)") }
            values.append(.text(parent))
            if isDeep {
                tree = Self.tree
                conditions.append("name IN (SELECT name FROM tree) AND name <> ?1")
            } else {
                conditions.append("parent = ?1")
            }
        } else if !isDeep {
            conditions.append("parent IS NULL")
        }
        if let prefix = call.text("namePrefixFilter") {
            values.append(.text(prefix))
            conditions.append("substr(name, 1, length(?\(values.count))) = ?\(values.count)")
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let list = try TablePage(desk.shelf, call, "\(tree) SELECT name AS key FROM groups\(filter)", values) {
            [desk] row throws(Fault) in
            ["groupName": .text(row.text(0)), "groupArn": .text(desk.arn("thinggroup/\(row.text(0))"))]
        }
        return ["thingGroups": .list(list.rows), "nextToken": list.next]
    }
}
