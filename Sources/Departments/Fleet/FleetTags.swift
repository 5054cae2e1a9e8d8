internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Words that people hang on what the fleet has.
struct FleetTags: Sendable {
    let desk: FleetDesk
    private static let countMax = 50
    static let member = Member(
        "tags", .list(.structure([Member("Key", required: true, 1...128), Member("Value", 0...256)])), 0...countMax)
    private static let arn = Member("resourceArn", required: true, 1...2048)

    var operations: [Operation] {
        let on: Operation.Resources = { [$0["resourceArn"]] }
        let tags = Member("tags", Self.member.shape, required: true, Self.member.range)
        return [
            Operation("TagResource", [Self.arn, tags], at: RestPlace("POST", "/tags"), on: on) {
                call throws(ServiceProblem) in
                let arn = try known(call["resourceArn"])
                try shelf(of: arn).change { work in try Self.add(call.list("tags"), to: arn, work.database) }
                return .null
            },
            Operation(
                "UntagResource", [Self.arn, Member("tagKeys", .list(.text), required: true)],
                at: RestPlace("POST", "/untag"), on: on
            ) { call throws(ServiceProblem) in
                let arn = try known(call["resourceArn"])
                try shelf(of: arn).change { work in try work.database.untag(arn, call.texts("tagKeys")) }
                return .null
            },
            Operation(
                "ListTagsForResource", [Self.arn, Member("nextToken", 0...4096)],
                at: RestPlace("GET", "/tags", asking: ["resourceArn", "nextToken"]), on: on
            ) { call throws(ServiceProblem) in
                let arn = try known(call["resourceArn"])
                let list = try TablePage(
                    shelf(of: arn), call, "SELECT key, value FROM tags WHERE arn = ?1", [.text(arn)]
                ) { ["Key": .text($0.text(0)), "Value": .text($0.text(1))] }
                return ["tags": .list(list.rows), "nextToken": list.next]
            },
        ]
    }

    static func add(_ tags: [Datum], to arn: String, _ database: Database) throws {
        for tag in tags {
            try database.tag(arn, tag["Key"]?.text ?? "", tag["Value"]?.text ?? "")
        }
        guard try database.count("tags", where: "arn", is: arn) <= countMax else {
            throw ServiceProblem("LimitExceededException", "there may be \(countMax) tags", status: 410)
        }
    }

    /// Rules lie in a file of their own, and their tags with them.
    private func shelf(of arn: String) -> RecordShelf {
        desk.name(in: arn, "rule") == nil ? desk.shelf : desk.rules.shelf
    }

    /// The ARN of something that can have tags and is there.
    private func known(_ arn: String) throws(ServiceProblem) -> String {
        if let rule = desk.name(in: arn, "rule") {
            guard desk.rules.shelf.records[RuleDesk.rule, rule] != nil else { throw FleetProblem.missing(arn) }
            return arn
        }
        let kinds = [
            ("thinggroup", "groups"), ("thingtype", "types"), ("policy", "policies"), ("rolealias", "aliases"),
            ("job", "jobs"),
        ]
        for (kind, table) in kinds {
            guard let name = desk.name(in: arn, kind) else { continue }
            let column = kind == "job" ? "id" : "name"
            let isThere = try desk.shelf.read { database throws(Fault) in
                try !database.rows("SELECT 1 FROM \(table) WHERE \(column) = ?", [.text(name)]) { $0.int(0) }.isEmpty
            }
            guard isThere else { throw FleetProblem.missing(arn) }
            return arn
        }
        throw FleetProblem.invalid(
            "\(arn.prefix(200)) is nothing that has tags: groups, types, policies, role aliases, jobs and rules do")
    }
}
