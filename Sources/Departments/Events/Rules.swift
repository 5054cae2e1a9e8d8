internal import AWSProtocol
internal import Core
internal import Database
internal import EventPatterns
internal import Records

/// Which events go somewhere.
struct Rules: Sendable {
    let desk: EventsDesk
    private static let rulesMax = 300
    static let bus = Member("EventBusName", 1...1600)
    static let page = [Member("NextToken"), Member("Limit", .whole, 1...100)]

    var operations: [Operation] {
        let name = Member("Name", required: true, 1...64, marks: "._-")
        return [
            Operation(
                "PutRule",
                [
                    name, Self.bus, Member("EventPattern", 0...4096), Member("ScheduleExpression", 0...256),
                    Member("State", words: ["ENABLED", "DISABLED"]), Member("Description", 0...512),
                    Member("RoleArn", 1...1600), Buses.tags,
                ], on: arns
            ) { call throws(ServiceProblem) in try put(call) },
            Operation("DescribeRule", [name, Self.bus], on: arns) { call throws(ServiceProblem) in
                let (bus, rule) = try find(call)
                var row = rule.only(Self.shown).map ?? DatumMap()
                row["EventBusName"] = .text(bus)
                row["CreatedBy"] = .text(call.account)
                return .map(row)
            },
            Operation("ListRules", [Member("NamePrefix", 1...64), Self.bus] + Self.page) {
                call throws(ServiceProblem) in
                try list(call)
            },
            Operation("EnableRule", [name, Self.bus], on: arns) { call throws(ServiceProblem) in
                try set(call, to: "ENABLED")
            },
            Operation("DisableRule", [name, Self.bus], on: arns) { call throws(ServiceProblem) in
                try set(call, to: "DISABLED")
            },
            Operation("DeleteRule", [name, Self.bus, Member("Force", .flag)], on: arns) { call throws(ServiceProblem) in
                try delete(call)
            },
            Operation(
                "ListRuleNamesByTarget", [Member("TargetArn", required: true, 1...1600), Self.bus] + Self.page
            ) { call throws(ServiceProblem) in try namesByTarget(call) },
        ]
    }

    private func arns(_ call: Call) -> [String] {
        [desk.ruleARN(EventsDesk.busName(call.text("EventBusName")), call["Name"])]
    }

    static func missing(_ rule: String, _ bus: String) -> ServiceProblem {
        ServiceProblem("ResourceNotFoundException", "Rule \(rule) does not exist on EventBus \(bus).")
    }

    private func find(_ call: Call) throws(ServiceProblem) -> (bus: String, rule: Datum) {
        let bus = EventsDesk.busName(call.text("EventBusName"))
        guard let rule = desk.shelf.records[EventsDesk.Kind.rule, EventsDesk.ruleKey(bus, call["Name"])] else {
            throw Self.missing(call["Name"], bus)
        }
        return (bus, rule)
    }

    private static let shown = [
        "Name", "Arn", "EventPattern", "ScheduleExpression", "State", "Description", "RoleArn", "EventBusName",
    ]

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, bus) = (call["Name"], EventsDesk.busName(call.text("EventBusName")))
        try check(call, bus)
        let arn = desk.ruleARN(bus, name)
        let rule: Datum = [
            "Name": .text(name), "Arn": .text(arn), "EventPattern": call.input["EventPattern"] ?? .null,
            "ScheduleExpression": call.input["ScheduleExpression"] ?? .null,
            "State": .text(call.text("State") ?? "ENABLED"), "Description": call.input["Description"] ?? .null,
            "RoleArn": call.input["RoleArn"] ?? .null, "EventBusName": .text(bus), "Tags": .list(call.list("Tags")),
        ]
        let key = EventsDesk.ruleKey(bus, name)
        let now = Int64(WallClock.milliseconds)
        try desk.shelf.change { shelf in
            guard shelf.records[EventsDesk.Kind.bus, bus] != nil else { throw EventsDesk.missing("Event bus \(bus)") }
            var rule = rule.map ?? DatumMap()
            let old = shelf.records[EventsDesk.Kind.rule, key]
            if let old {
                // A rule that is changed keeps its tags.
                rule["Tags"] = old["Tags"]
            } else if shelf.records.keys(EventsDesk.Kind.rule, prefix: EventsDesk.ruleKey(bus, "")).count
                >= Self.rulesMax
            {
                throw ServiceProblem("LimitExceededException", "An event bus may have \(Self.rulesMax) rules.")
            }
            shelf.records[EventsDesk.Kind.rule, key] = .map(rule)
            // One that keeps its schedule keeps its rhythm.
            let isSame = ["State", "ScheduleExpression"].allSatisfy { old?[$0] == rule[$0] }
            if !isSame { try Clockwork.set(key, .map(rule), now, shelf.database) }
        }
        desk.clockwork.ring()
        return ["RuleArn": .text(arn)]
    }

    /// A pattern, a schedule, or both.
    private func check(_ call: Call, _ bus: String) throws(ServiceProblem) {
        let (pattern, schedule) = (call.text("EventPattern"), call.text("ScheduleExpression"))
        guard pattern != nil || schedule != nil else {
            throw ServiceProblem(
                "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
        }
        if let pattern { _ = try EventsDesk.read(pattern: pattern) }
        guard let schedule else { return }
        guard bus == EventsDesk.defaultBus else {
            throw ServiceProblem(
                "ValidationException", "ScheduleExpression is supported only on the default event bus.")
        }
        do throws(PatternRefusal) { _ = try Schedule(parsing: schedule) } catch {
            throw ServiceProblem("ValidationException", error.reason)
        }
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let bus = EventsDesk.busName(call.text("EventBusName"))
        let records = desk.shelf.records
        guard records[EventsDesk.Kind.bus, bus] != nil else { throw EventsDesk.missing("Event bus \(bus)") }
        let prefix = EventsDesk.ruleKey(bus, call.text("NamePrefix") ?? "")
        let part = try RecordPart(EventsDesk.Kind.rule, of: records, call, prefix: prefix)
        return ["Rules": .list(part.rows.map { $0.only(Self.shown) }), "NextToken": part.next]
    }

    private func set(_ call: Call, to state: String) throws(ServiceProblem) -> Datum {
        let (name, bus) = (call["Name"], EventsDesk.busName(call.text("EventBusName")))
        let key = EventsDesk.ruleKey(bus, name)
        let now = Int64(WallClock.milliseconds)
        try desk.shelf.change { shelf in
            guard var rule = shelf.records[EventsDesk.Kind.rule, key]?.map else { throw Self.missing(name, bus) }
            guard rule["State"]?.text != state else { return }
            rule["State"] = .text(state)
            shelf.records[EventsDesk.Kind.rule, key] = .map(rule)
            try Clockwork.set(key, .map(rule), now, shelf.database)
        }
        desk.clockwork.ring()
        return .null
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, bus) = (call["Name"], EventsDesk.busName(call.text("EventBusName")))
        let key = EventsDesk.ruleKey(bus, name)
        try desk.shelf.change { shelf in
            guard shelf.records[EventsDesk.Kind.bus, bus] != nil else { throw EventsDesk.missing("Event bus \(bus)") }
            guard shelf.records.keys(EventsDesk.Kind.target, prefix: key + "\u{1}").isEmpty else {
                throw ServiceProblem("ValidationException", "Rule can't be deleted since it has targets.")
            }
            shelf.records[EventsDesk.Kind.rule, key] = nil
            try Clockwork.set(key, nil, 0, shelf.database)
        }
        return .null
    }

    private func namesByTarget(_ call: Call) throws(ServiceProblem) -> Datum {
        let bus = EventsDesk.busName(call.text("EventBusName"))
        let records = desk.shelf.records
        let keys = records.keys(EventsDesk.Kind.target, prefix: EventsDesk.ruleKey(bus, "")).filter {
            records[EventsDesk.Kind.target, $0]?["Arn"]?.text == call["TargetArn"]
        }
        let names = Set(keys.map { String($0.split(separator: "\u{1}", omittingEmptySubsequences: false)[1]) })
        let (part, next) = try Paging.part(
            names.sorted(), token: call.text("NextToken"), limit: call.whole("Limit") ?? 100)
        return ["RuleNames": .list(part.map(Datum.text)), "NextToken": next.map(Datum.text) ?? .null]
    }
}
