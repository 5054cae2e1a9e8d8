internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// What kinds of things there are.
struct ThingTypes: Sendable {
    let desk: FleetDesk
    private static let name = FleetDesk.named("thingTypeName", required: true)
    private static let columns = "name AS key, id, description, searchable, created, deprecated"

    var operations: [Operation] {
        let on = FleetDesk.on("thingtype", "thingTypeName")
        let properties = Shape.structure([
            Member("thingTypeDescription", 0...2028), Member("searchableAttributes", .list(.text), 0...3),
        ])
        let place = "/thing-types/{thingTypeName}"
        return [
            Operation(
                "CreateThingType", [Self.name, Member("thingTypeProperties", properties), FleetTags.member],
                at: RestPlace("POST", place), on: on
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("DescribeThingType", [Self.name], at: RestPlace("GET", place), on: on) {
                call throws(ServiceProblem) in
                let name = call["thingTypeName"]
                let found = try desk.shelf.read { [desk] database throws(Fault) in try Self.find(name, database, desk) }
                guard let found else { throw FleetProblem.missing("Thing type \(name)") }
                return found
            },
            Operation(
                "DeprecateThingType", [Self.name, Member("undoDeprecate", .flag)],
                at: RestPlace("POST", place + "/deprecate"), on: on
            ) { call throws(ServiceProblem) in try deprecate(call) },
            Operation("DeleteThingType", [Self.name], at: RestPlace("DELETE", place), on: on) {
                call throws(ServiceProblem) in try delete(call)
            },
            Operation(
                "ListThingTypes", TablePage.paging + [FleetDesk.named("thingTypeName")],
                at: RestPlace("GET", "/thing-types", asking: ["nextToken", "maxResults", "thingTypeName"])
            ) { call throws(ServiceProblem) in
                let filter = call.text("thingTypeName")
                let list = try TablePage(
                    desk.shelf, call, "SELECT \(Self.columns) FROM types" + (filter == nil ? "" : " WHERE name = ?1"),
                    filter.map { [.text($0)] } ?? []
                ) { [desk] row throws(Fault) in try Self.shown(row, desk) }
                return ["thingTypes": .list(list.rows), "nextToken": list.next]
            },
        ]
    }

    private static func shown(_ row: Statement, _ desk: FleetDesk) throws(Fault) -> Datum {
        let deprecated = row.optionalInt(5)
        return [
            "thingTypeName": .text(row.text(0)), "thingTypeId": .text(row.text(1)),
            "thingTypeArn": .text(desk.arn("thingtype/\(row.text(0))")),
            "thingTypeProperties": [
                "thingTypeDescription": row.optionalText(2), "searchableAttributes": try row.datum(3),
            ],
            "thingTypeMetadata": [
                "deprecated": .bool(deprecated != nil), "creationDate": row.time(4),
                "deprecationDate": deprecated == nil ? .null : row.time(5),
            ],
        ]
    }

    private static func find(_ name: String, _ database: Database, _ desk: FleetDesk) throws(Fault) -> Datum? {
        try database.rows("SELECT \(columns) FROM types WHERE name = ?", [.text(name)]) { row throws(Fault) in
            try shown(row, desk)
        }.first
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["thingTypeName"]
        let properties = call.map("thingTypeProperties")
        let arn = desk.arn("thingtype/\(name)")
        let id = try desk.shelf.change { [desk] work in
            if let known = try Self.find(name, work.database, desk) {
                guard
                    known["thingTypeProperties"]?["thingTypeDescription"]?.text
                        == properties["thingTypeDescription"]?.text,
                    (known["thingTypeProperties"]?["searchableAttributes"]?.list ?? [])
                        == (properties["searchableAttributes"]?.list ?? [])
                else { throw FleetProblem.taken("Thing type", name, arn: arn) }
                return known["thingTypeId"]?.text ?? ""
            }
            let id = UniqueID.random()
            try work.database.run(
                "INSERT INTO types VALUES(?, ?, ?, ?, ?, NULL)",
                [
                    .text(name), .text(id), .optional(properties["thingTypeDescription"]?.text),
                    .json(properties["searchableAttributes"] ?? []), .now,
                ])
            try FleetTags.add(call.list("tags"), to: arn, work.database)
            return id
        }
        return ["thingTypeName": .text(name), "thingTypeArn": .text(arn), "thingTypeId": .text(id)]
    }

    private func deprecate(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, isUndone) = (call["thingTypeName"], call.flag("undoDeprecate"))
        try desk.shelf.change { [desk] work in
            guard try Self.find(name, work.database, desk) != nil else {
                throw FleetProblem.missing("Thing type \(name)")
            }
            try work.database.run(
                "UPDATE types SET deprecated = ? WHERE name = ?", [isUndone ? .null : .now, .text(name)])
        }
        return .null
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["thingTypeName"]
        let arn = desk.arn("thingtype/\(name)")
        try desk.shelf.change { [desk] work in
            guard let type = try Self.find(name, work.database, desk) else {
                throw FleetProblem.missing("Thing type \(name)")
            }
            guard type["thingTypeMetadata"]?["deprecated"]?.bool == true else {
                throw FleetProblem.invalid("Thing type \(name) is not deprecated: `deprecate-thing-type` first")
            }
            guard try work.database.count("things", where: "type", is: name) == 0 else {
                throw FleetProblem.invalid("Cannot delete thing type \(name): things are of it")
            }
            try work.database.run("DELETE FROM types WHERE name = ?", [.text(name)])
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
        }
        return .null
    }
}
