internal import AWSProtocol
internal import Core
internal import Database
internal import Recipes
internal import Records

/// Words that people hang on components and deployments.
struct GreengrassTags: Sendable {
    let desk: GreengrassDesk
    private static let countMax = 50
    static let member = Member("tags", .map(.text), 0...countMax)
    private static let arn = Member("resourceArn", required: true, 1...2048)

    var operations: [Operation] {
        let on: Operation.Resources = { [$0["resourceArn"]] }
        return [
            Operation(
                "TagResource", [Self.arn, Member("tags", .map(.text), required: true, 1...Self.countMax)],
                at: RestPlace("POST", "/tags/{resourceArn}"), on: on
            ) { call throws(ServiceProblem) in
                let arn = try known(call["resourceArn"])
                try desk.shelf.change { work in try Self.add(call.map("tags"), to: arn, work.database) }
                return .null
            },
            Operation(
                "UntagResource", [Self.arn, Member("tagKeys", .list(.text), required: true, 1...Self.countMax)],
                at: RestPlace("DELETE", "/tags/{resourceArn}", asking: ["tagKeys"]), on: on
            ) { call throws(ServiceProblem) in
                let arn = try known(call["resourceArn"])
                try desk.shelf.change { work in try work.database.untag(arn, call.texts("tagKeys")) }
                return .null
            },
            Operation("ListTagsForResource", [Self.arn], at: RestPlace("GET", "/tags/{resourceArn}"), on: on) {
                call throws(ServiceProblem) in
                let tags = try Self.of(try known(call["resourceArn"]), desk)
                return ["tags": tags.isNull ? .map(DatumMap()) : tags]
            },
        ]
    }

    static func add(_ tags: DatumMap, to arn: String, _ database: Database) throws {
        for (key, value) in tags.members {
            guard (1...128).contains(key.utf8.count), value.text?.utf8.count ?? 0 <= 256 else {
                throw GreengrassProblem.invalid("tags: a key has 1 to 128 characters, a value up to 256")
            }
            try database.tag(arn, key, value.text ?? "")
        }
        guard try database.count("tags", where: "arn", is: arn) <= countMax else {
            throw GreengrassProblem.invalid("tags: there may be \(countMax) of them")
        }
    }

    /// Null where there are none.
    static func of(_ arn: String, _ desk: GreengrassDesk) throws(ServiceProblem) -> Datum {
        let rows = try desk.shelf.read { database throws(Fault) in
            try database.rows("SELECT key, value FROM tags WHERE arn = ? ORDER BY key", [.text(arn)]) {
                ($0.text(0), Datum.text($0.text(1)))
            }
        }
        return rows.isEmpty ? .null : .map(DatumMap(rows))
    }

    /// The ARN of a version of a component, a deployment or a core device that is there.
    private func known(_ arn: String) throws(ServiceProblem) -> String {
        for (kind, table, column) in [("deployments:", "deployments", "id"), ("coreDevices:", "devices", "thing")] {
            let start = desk.arn(kind)
            guard arn.hasPrefix(start) else { continue }
            let id = String(arn.dropFirst(start.count))
            let isThere = try desk.shelf.read { database throws(Fault) in
                try database.count(table, where: column, is: id) > 0
            }
            guard isThere else { throw GreengrassProblem.missing("Resource", arn) }
            return arn
        }
        let component = try ComponentARN(arn, desk)
        try desk.shelf.consult { database in _ = try Components.find(component, database, arn) }
        return component.text(desk)
    }
}
