internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Which thing is in which group.
struct GroupMembers: Sendable {
    let desk: FleetDesk

    var operations: [Operation] {
        let sides = [
            FleetDesk.named("thingGroupName"), Member("thingGroupArn"),
            FleetDesk.named("thingName"), Member("thingArn"), Member("overrideDynamicGroups", .flag),
        ]
        return [
            Operation(
                "AddThingToThingGroup", sides, at: RestPlace("PUT", "/thing-groups/addThingToThingGroup"),
                on: both
            ) { call throws(ServiceProblem) in
                let thing = try change(call) { group, thing, database in
                    try database.run("INSERT OR IGNORE INTO members VALUES(?, ?)", [.text(group), .text(thing)])
                    try JobRun.enroll(thing, inGroup: try groups(above: group, database), database)
                }
                try desk.notifyAll(thing)
                return .null
            },
            Operation(
                "RemoveThingFromThingGroup", sides, at: RestPlace("PUT", "/thing-groups/removeThingFromThingGroup"),
                on: both
            ) { call throws(ServiceProblem) in
                _ = try change(call) { group, thing, database in
                    try database.run(
                        "DELETE FROM members WHERE grp = ? AND thing = ?", [.text(group), .text(thing)])
                }
                return .null
            },
            Operation(
                "ListThingsInThingGroup", TablePage.paging + [ThingGroups.name, Member("recursive", .flag)],
                at: RestPlace(
                    "GET", "/thing-groups/{thingGroupName}/things", asking: ["nextToken", "maxResults", "recursive"]),
                on: FleetDesk.on("thinggroup", "thingGroupName")
            ) { call throws(ServiceProblem) in try things(call) },
            Operation(
                "ListThingGroupsForThing", TablePage.paging + [Things.name],
                at: RestPlace("GET", "/things/{thingName}/thing-groups", asking: ["nextToken", "maxResults"]),
                on: FleetDesk.on("thing", "thingName")
            ) { call throws(ServiceProblem) in try groups(call) },
        ]
    }

    private var both: Operation.Resources {
        { [desk] call in
            ["thinggroup": ("thingGroupName", "thingGroupArn"), "thing": ("thingName", "thingArn")].map { kind, names in
                call.text(names.1) ?? desk.arn("\(kind)/\(call[names.0])")
            }
        }
    }

    /// The ARNs of a group and of those above it.
    private func groups(above name: String, _ database: Database) throws(Fault) -> [String] {
        guard let group = try ThingGroups.find(name, database) else { return [] }
        let above = try ThingGroups.ancestors(of: group, database).map(\.name)
        return (above + [name]).map { desk.arn("thinggroup/\($0)") }
    }

    /// Both sides have to be there, each by name or ARN. Gives the thing.
    private func change(
        _ call: Call, _ body: @escaping @Sendable (_ group: String, _ thing: String, Database) throws -> Void
    ) throws(ServiceProblem) -> String {
        let group = try name(call, "thingGroupName", "thingGroupArn", "thinggroup")
        let thing = try name(call, "thingName", "thingArn", "thing")
        try desk.shelf.change { work in
            try Self.check(group, thing, work.database)
            try body(group, thing, work.database)
        }
        return thing
    }

    private func name(
        _ call: Call, _ byName: String, _ byARN: String, _ kind: String
    ) throws(ServiceProblem) -> String {
        let fromARN: String?
        if let arn = call.text(byARN) {
            guard let name = desk.name(in: arn, kind) else { throw FleetProblem.invalid("\(byARN) is no \(kind)") }
            fromARN = name
        } else {
            fromARN = nil
        }
        guard let name = call.text(byName) ?? fromARN else {
            throw FleetProblem.invalid("\(byName) or \(byARN) has to be given")
        }
        guard fromARN == nil || fromARN == name else { throw FleetProblem.invalid("\(byName) and \(byARN) differ") }
        return name
    }

    private static func check(_ group: String, _ thing: String, _ database: Database) throws {
        guard try ThingGroups.find(group, database) != nil else {
            throw FleetProblem.missing("Thing group \(group)")
        }
        guard try Things.find(thing, database) != nil else { throw FleetProblem.missing("Thing \(thing)") }
    }

    private func things(_ call: Call) throws(ServiceProblem) -> Datum {
        let group = call["thingGroupName"]
        let isThere = try desk.shelf.read { database throws(Fault) in try ThingGroups.find(group, database) != nil }
        guard isThere else { throw FleetProblem.missing("Thing group \(group)") }
        let select =
            call.flag("recursive")
            ? "\(ThingGroups.tree) SELECT DISTINCT thing AS key FROM members WHERE grp IN (SELECT name FROM tree)"
            : "SELECT thing AS key FROM members WHERE grp = ?1"
        let list = try TablePage(desk.shelf, call, select, [.text(group)]) { .text($0.text(0)) }
        return ["things": .list(list.rows), "nextToken": list.next]
    }

    private func groups(_ call: Call) throws(ServiceProblem) -> Datum {
        let thing = call["thingName"]
        let isThere = try desk.shelf.read { database throws(Fault) in try Things.find(thing, database) != nil }
        guard isThere else { throw FleetProblem.missing("Thing \(thing)") }
        let list = try TablePage(desk.shelf, call, "SELECT grp AS key FROM members WHERE thing = ?1", [.text(thing)]) {
            [desk] row in
            ["groupName": .text(row.text(0)), "groupArn": .text(desk.arn("thinggroup/\(row.text(0))"))]
        }
        return ["thingGroups": .list(list.rows), "nextToken": list.next]
    }
}
