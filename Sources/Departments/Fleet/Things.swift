internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// Devices, by name.
struct Things: Sendable {
    let desk: FleetDesk
    static let name = FleetDesk.named("thingName", required: true)
    private static let type = FleetDesk.named("thingTypeName")
    private static let columns = "name AS key, id, type, attributes, version"

    var operations: [Operation] {
        let on = FleetDesk.on("thing", "thingName")
        return [
            Operation(
                "CreateThing",
                [
                    Self.name, Self.type, Member("attributePayload", Attributes.payload),
                    FleetDesk.named("billingGroupName"),
                ], at: RestPlace("POST", "/things/{thingName}"), on: on
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("DescribeThing", [Self.name], at: RestPlace("GET", "/things/{thingName}"), on: on) {
                call throws(ServiceProblem) in
                let thing = try find(call["thingName"])
                return thing.described(arn: desk.arn("thing/\(thing.name)"))
            },
            Operation(
                "UpdateThing",
                [
                    Self.name, Self.type, Member("attributePayload", Attributes.payload),
                    Member("expectedVersion", .whole), Member("removeThingType", .flag),
                ], at: RestPlace("PATCH", "/things/{thingName}"), on: on
            ) { call throws(ServiceProblem) in try update(call) },
            Operation(
                "DeleteThing", [Self.name, Member("expectedVersion", .whole)],
                at: RestPlace("DELETE", "/things/{thingName}", asking: ["expectedVersion"]), on: on
            ) { call throws(ServiceProblem) in try delete(call) },
            Operation(
                "ListThings",
                TablePage.paging + [
                    Member("attributeName", 1...128), Member("attributeValue", 0...800), Self.type,
                    Member("usePrefixAttributeValue", .flag),
                ],
                at: RestPlace(
                    "GET", "/things",
                    asking: [
                        "nextToken", "maxResults", "attributeName", "attributeValue", "thingTypeName",
                        "usePrefixAttributeValue",
                    ])
            ) { call throws(ServiceProblem) in try list(call) },
        ]
    }

    /// A row of the table.
    struct Thing: Sendable {
        let name: String
        let id: String
        let type: String?
        let attributes: DatumMap
        let version: Int64

        init(_ row: Statement) throws(Fault) {
            name = row.text(0)
            id = row.text(1)
            type = row.isNull(2) ? nil : row.text(2)
            attributes = try row.datum(3).map ?? DatumMap()
            version = row.int(4)
        }

        func described(arn: String) -> Datum {
            [
                "defaultClientId": .text(name), "thingName": .text(name), "thingId": .text(id), "thingArn": .text(arn),
                "thingTypeName": type.map(Datum.text) ?? .null, "attributes": .map(attributes),
                "version": .whole(Int(version)),
            ]
        }
    }

    static func find(_ name: String, _ database: Database) throws(Fault) -> Thing? {
        try database.rows("SELECT \(columns) FROM things WHERE name = ?", [.text(name)], Thing.init).first
    }

    private func find(_ name: String) throws(ServiceProblem) -> Thing {
        let found = try desk.shelf.read { database throws(Fault) in try Self.find(name, database) }
        guard let found else { throw FleetProblem.missing("Thing \(name)") }
        return found
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        guard call.text("billingGroupName") == nil else {
            throw FleetProblem.invalid("billing groups are not offered: nothing is billed here")
        }
        let (name, type) = (call["thingName"], call.text("thingTypeName"))
        let attributes = try Attributes.changed(DatumMap(), by: call.input["attributePayload"])
        let arn = desk.arn("thing/\(name)")
        let id = try desk.shelf.change { work in
            if let known = try Self.find(name, work.database) {
                guard known.type == type, known.attributes == attributes else {
                    throw FleetProblem.taken("Thing", name, arn: arn)
                }
                return known.id
            }
            try Self.check(type, work.database)
            let id = UniqueID.random()
            try work.database.run(
                "INSERT INTO things VALUES(?, ?, ?, ?, 1, ?)",
                [.text(name), .text(id), .optional(type), .json(.map(attributes)), .now])
            return id
        }
        return ["thingName": .text(name), "thingArn": .text(arn), "thingId": .text(id)]
    }

    /// A type that is named must be there, and open for more.
    private static func check(_ type: String?, _ database: Database) throws {
        guard let type else { return }
        let rows = try database.rows("SELECT deprecated FROM types WHERE name = ?", [.text(type)]) { $0.optionalInt(0) }
        guard let deprecated = rows.first else { throw FleetProblem.missing("Thing type \(type)") }
        guard deprecated == nil else { throw FleetProblem.invalid("Thing type \(type) is deprecated") }
    }

    private func update(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, type) = (call["thingName"], call.text("thingTypeName"))
        guard type == nil || !call.flag("removeThingType") else {
            throw FleetProblem.invalid("a thing's type is set or removed, not both")
        }
        try desk.shelf.change { work in
            guard let thing = try Self.find(name, work.database) else { throw FleetProblem.missing("Thing \(name)") }
            try Self.check(call, thing)
            try Self.check(type, work.database)
            let attributes = try Attributes.changed(thing.attributes, by: call.input["attributePayload"])
            try work.database.run(
                "UPDATE things SET type = ?, attributes = ?, version = version + 1 WHERE name = ?",
                [
                    .optional(call.flag("removeThingType") ? nil : type ?? thing.type), .json(.map(attributes)),
                    .text(name),
                ])
        }
        return .null
    }

    private static func check(_ call: Call, _ thing: Thing) throws(ServiceProblem) {
        guard let expected = call.whole("expectedVersion"), Int64(expected) != thing.version else { return }
        throw FleetProblem.version("thing \(thing.name)", is: thing.version, not: expected)
    }

    /// Takes away the certificates that a node joined with, unless another thing holds them too.
    private static func detachJoined(_ thing: String, _ database: Database, _ desk: FleetDesk) throws(Fault) {
        let ids = try joined(thing, database)
        for id in ids {
            try database.run("DELETE FROM holders WHERE certificate = ? AND thing = ?", [.text(id), .text(thing)])
            guard try database.count("holders", where: "certificate", is: id) == 0 else { continue }
            try database.run("DELETE FROM attachments WHERE target = ?", [.text(desk.arn("cert/\(id)"))])
            try database.run("DELETE FROM certificates WHERE id = ?", [.text(id)])
            try database.run("DELETE FROM joined WHERE certificate = ?", [.text(id)])
        }
    }

    private static func joined(_ thing: String, _ database: Database) throws(Fault) -> [String] {
        try database.rows(
            "SELECT joined.certificate FROM joined JOIN holders ON holders.certificate = joined.certificate WHERE thing = ?",
            [.text(thing)]
        ) { $0.text(0) }
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["thingName"]
        let arn = desk.arn("thing/\(name)")
        let certificates = try desk.shelf.read { database throws(Fault) in try Self.joined(name, database) }
        try desk.shelf.change { [desk] work in
            guard let thing = try Self.find(name, work.database) else { throw FleetProblem.missing("Thing \(name)") }
            try Self.check(call, thing)
            try Self.detachJoined(name, work.database, desk)
            guard try work.database.count("holders", where: "thing", is: name) == 0 else {
                throw FleetProblem.invalid("Cannot delete. Thing \(name) is still attached to one or more principals")
            }
            try work.database.run("DELETE FROM things WHERE name = ?", [.text(name)])
            try work.database.run("DELETE FROM members WHERE thing = ?", [.text(name)])
            try work.database.run("DELETE FROM connections WHERE thing = ?", [.text(name)])
            // Another thing of that name is not to be handed what this one was wanted to be.
            try work.database.run(
                "UPDATE shadows SET body = NULL, version = version + 1 WHERE thing = ? AND body IS NOT NULL",
                [.text(name)])
            try work.database.run(
                "UPDATE runs SET status = 'REMOVED', updated = ? WHERE thing = ? AND status IN ('QUEUED', 'IN_PROGRESS')",
                [.now, .text(name)])
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
        }
        for certificate in certificates { desk.expel(certificate) }
        return .null
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        var conditions: [String] = []
        var values: [SQLValue] = []
        if let type = call.text("thingTypeName") {
            values.append(.text(type))
            conditions.append("type = ?\(values.count)")
        }
        if let name = call.text("attributeName") {
            values.append(.text(name))
            var condition = "key = ?\(values.count)"
            if let value = call.text("attributeValue") {
                values.append(.text(value))
                let compared =
                    call.flag("usePrefixAttributeValue") ? "substr(value, 1, length(?\(values.count)))" : "value"
                condition += " AND \(compared) = ?\(values.count)"
            }
            conditions.append("EXISTS (SELECT 1 FROM json_each(attributes) WHERE \(condition))")
        }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let list = try TablePage(
            desk.shelf, call, "SELECT \(Self.columns) FROM things \(filter)", values
        ) { [desk] row throws(Fault) in
            let thing = try Thing(row)
            return [
                "thingName": .text(thing.name), "thingTypeName": thing.type.map(Datum.text) ?? .null,
                "thingArn": .text(desk.arn("thing/\(thing.name)")), "attributes": .map(thing.attributes),
                "version": .whole(Int(thing.version)),
            ]
        }
        return ["things": .list(list.rows), "nextToken": list.next]
    }
}
