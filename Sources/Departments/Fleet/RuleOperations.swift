internal import AWSProtocol
internal import Core
internal import Database
internal import Records
internal import TopicRules

/// Rules about messages, by name.
struct RuleOperations: Sendable {
    let desk: FleetDesk
    private static let name = Member("ruleName", required: true, 1...128, marks: "_")
    private static let rulesMax = 1000
    private static let descriptionMax = 0...2048
    private static let kept = ["sql", "description", "actions", "ruleDisabled", "awsIotSqlVersion", "errorAction"]

    var operations: [Operation] {
        let on = FleetDesk.on("rule", "ruleName")
        let place = "/rules/{ruleName}"
        let payload = [
            Self.name, Member("sql", required: true), Member("description", Self.descriptionMax),
            Member("actions", .list(.anything), required: true, 0...TopicRule.actionsMax),
            Member("ruleDisabled", .flag), Member("awsIotSqlVersion", words: RuleStatement.versions),
            Member("errorAction", .anything),
        ]
        return [
            Operation(
                "CreateTopicRule", payload + [Member("tags", 0...4096)],
                at: RestPlace("POST", place, fields: ["x-amz-tagging": "tags"]), on: on, needs: Self.leaves
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("GetTopicRule", [Self.name], at: RestPlace("GET", place), on: on) {
                call throws(ServiceProblem) in
                let name = call["ruleName"]
                guard let rule = desk.rules.shelf.records[RuleDesk.rule, name]?.map else { throw Self.denied(name) }
                return ["ruleArn": .text(desk.arn("rule/\(name)")), "rule": shown(name, rule)]
            },
            Operation(
                "ListTopicRules",
                [
                    Member("topic", 1...TopicFilter.bytesMax), Member("maxResults", .whole, 1...10_000),
                    Member("nextToken", 0...4096), Member("ruleDisabled", .flag),
                ], at: RestPlace("GET", "/rules", asking: ["topic", "maxResults", "nextToken", "ruleDisabled"])
            ) { call throws(ServiceProblem) in try list(call) },
            Operation("ReplaceTopicRule", payload, at: RestPlace("PATCH", place), on: on, needs: Self.leaves) {
                call throws(ServiceProblem) in
                let name = call["ruleName"]
                let record = try record(call)
                return try change(name) { $0 = record.merging(createdAt: $0) }
            },
            Operation("DeleteTopicRule", [Self.name], at: RestPlace("DELETE", place), on: on) {
                call throws(ServiceProblem) in try delete(call["ruleName"])
            },
            Operation("EnableTopicRule", [Self.name], at: RestPlace("POST", place + "/enable"), on: on) {
                call throws(ServiceProblem) in try change(call["ruleName"]) { $0["ruleDisabled"] = false }
            },
            Operation("DisableTopicRule", [Self.name], at: RestPlace("POST", place + "/disable"), on: on) {
                call throws(ServiceProblem) in try change(call["ruleName"]) { $0["ruleDisabled"] = true }
            },
        ]
    }

    /// Of actions that can be read; the others are refused for what they are.
    private static let leaves: Operation.Leaves = { call in
        (call.list("actions") + [call.input["errorAction"] ?? .null]).flatMap { action in
            (try? RuleAction(action, at: "actions"))?.leaves(region: call.region, account: call.account) ?? []
        }
    }

    /// AWS does not tell a rule that is not there from one that somebody may not see.
    private static func denied(_ name: String) -> ServiceProblem {
        ServiceProblem(
            "UnauthorizedException", "Access to topic rule '\(name)' was denied: there is none of that name",
            status: 401)
    }

    /// What a request says of a rule, which has to be one.
    private func record(_ call: Call) throws(ServiceProblem) -> DatumMap {
        var record = DatumMap()
        for name in Self.kept { record[name] = call.input[name].flatMap { $0.isNull ? nil : $0 } }
        record["awsIotSqlVersion"] = record["awsIotSqlVersion"] ?? .text(RuleStatement.usualVersion)
        record["ruleDisabled"] = record["ruleDisabled"] ?? false
        record["createdAt"] = .whole(Int(WallClock.milliseconds))
        _ = try TopicRule(call["ruleName"], record)
        return record
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["ruleName"]
        let arn = desk.arn("rule/\(name)")
        let record = try record(call)
        let tags = try Self.tags(call.text("tags") ?? "")
        try desk.rules.shelf.change { work in
            guard work.records[RuleDesk.rule, name] == nil else { throw FleetProblem.taken("Rule", name, arn: arn) }
            guard work.records.count(RuleDesk.rule) < Self.rulesMax else {
                throw FleetProblem.invalid("there may be \(Self.rulesMax) rules: delete one first")
            }
            work.records[RuleDesk.rule, name] = .map(record)
            try FleetTags.add(tags, to: arn, work.database)
        }
        desk.rules.refresh()
        return .null
    }

    /// `key=value&key=value`, as the header has it.
    private static func tags(_ text: String) throws(ServiceProblem) -> [Datum] {
        let pairs = FormText.pairs(text)
        for (name, value) in pairs where !(1...128).contains(name.count) || value.count > 256 {
            throw FleetProblem.invalid("tags are written key=value&key=value, with keys of 1 to 128 letters")
        }
        return pairs.map { ["Key": .text($0.name), "Value": .text($0.value)] }
    }

    private func change(
        _ name: String, _ body: @escaping @Sendable (inout DatumMap) -> Void
    ) throws(ServiceProblem) -> Datum {
        try desk.rules.shelf.change { work in
            guard var record = work.records[RuleDesk.rule, name]?.map else { throw Self.denied(name) }
            body(&record)
            work.records[RuleDesk.rule, name] = .map(record)
        }
        desk.rules.refresh()
        return .null
    }

    private func delete(_ name: String) throws(ServiceProblem) -> Datum {
        let arn = desk.arn("rule/\(name)")
        try desk.rules.shelf.change { work in
            guard work.records[RuleDesk.rule, name] != nil else { throw Self.denied(name) }
            work.records[RuleDesk.rule, name] = nil
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(arn)])
        }
        desk.rules.refresh()
        return .null
    }

    // MARK: telling

    private func shown(_ name: String, _ record: DatumMap) -> Datum {
        var shown: DatumMap = ["ruleName": .text(name)]
        for member in Self.kept { shown[member] = record[member] }
        shown["createdAt"] = Self.created(record)
        return .map(shown)
    }

    private static func created(_ record: DatumMap) -> Datum {
        .number((Double(record["createdAt"]?.whole ?? 0) / 1000).rounded(.down))
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = desk.rules.shelf.records
        let (topic, isDisabled) = (call.text("topic"), call.input["ruleDisabled"]?.bool)
        let names = records.keys(RuleDesk.rule).filter { name in
            let filter = desk.rules[name]?.statement.filter
            return (topic.map { filter?.text == $0 || filter?.matches($0) ?? false } ?? true)
                && (isDisabled.map { records[RuleDesk.rule, name]?["ruleDisabled"]?.bool == $0 } ?? true)
        }
        let (part, next) = try Paging.part(
            names, token: call.text("nextToken"), limit: call.whole("maxResults") ?? 100,
            invalid: "InvalidRequestException")
        let rows = part.map { name -> Datum in
            let record = records[RuleDesk.rule, name]?.map ?? DatumMap()
            return [
                "ruleArn": .text(desk.arn("rule/\(name)")), "ruleName": .text(name),
                "topicPattern": desk.rules[name]?.statement.filter.map { .text($0.text) } ?? .null,
                "createdAt": Self.created(record), "ruleDisabled": record["ruleDisabled"] ?? false,
            ]
        }
        return ["rules": .list(rows), "nextToken": next.map(Datum.text) ?? .null]
    }
}

extension DatumMap {
    /// A rule that takes another's place is as old as that.
    fileprivate func merging(createdAt old: DatumMap) -> DatumMap {
        var map = self
        map["createdAt"] = old["createdAt"]
        return map
    }
}
