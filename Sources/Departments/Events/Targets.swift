internal import AWSProtocol
internal import Core
internal import EventPatterns
internal import JSON
internal import Records

/// Where the events of a rule go.
struct Targets: Sendable {
    let desk: EventsDesk
    private static let targetsMax = 5

    var operations: [Operation] {
        let rule = Member("Rule", required: true, 1...64)
        let target = Shape.structure([
            Member("Id", required: true, 1...64, marks: "._-"), Member("Arn", required: true, 1...1600),
            Member("RoleArn"),
            Member("Input", 0...8192), Member("InputPath", 0...256), Member("InputTransformer", .anything),
            Member("RetryPolicy", .anything), Member("DeadLetterConfig", .anything), HTTPParameters.member,
        ])
        return [
            Operation(
                "PutTargets", [rule, Rules.bus, Member("Targets", .list(target), required: true, 1...100)], on: arns,
                needs: leaves
            ) { call throws(ServiceProblem) in try put(call) },
            Operation("ListTargetsByRule", [rule, Rules.bus] + Rules.page, on: arns) { call throws(ServiceProblem) in
                try list(call)
            },
            Operation(
                "RemoveTargets",
                [rule, Rules.bus, Member("Ids", .list(.text), required: true, 1...100), Member("Force", .flag)],
                on: arns
            ) { call throws(ServiceProblem) in try remove(call) },
        ]
    }

    private func arns(_ call: Call) -> [String] {
        [desk.ruleARN(EventsDesk.busName(call.text("EventBusName")), call["Rule"])]
    }

    /// A rule sends for whoever put the target: it takes him no further than he may go himself.
    private func leaves(_ call: Call) -> [Leave] {
        let arns = call.list("Targets").flatMap { [$0["Arn"]?.text, $0["DeadLetterConfig"]?["Arn"]?.text] }
        return arns.compactMap { $0 }.compactMap(Leave.init(sendingTo:))
    }

    private static func failure(_ target: Datum, _ code: String, _ message: String) -> Datum {
        ["TargetId": target["Id"] ?? .null, "ErrorCode": .text(code), "ErrorMessage": .text(message)]
    }

    /// What is wrong with a target by itself.
    private func complaint(_ target: Datum) -> Datum? {
        let inputs = ["Input", "InputPath", "InputTransformer"].filter { target[$0] != nil }
        guard inputs.count <= 1 else {
            return Self.failure(
                target, "ValidationException", "Only one of Input, InputPath, or InputTransformer must be provided.")
        }
        let arn = target["Arn"]?.text ?? ""
        guard desk.reaches(arn) else {
            return Self.failure(
                target, "ValidationException",
                "This hub delivers to log groups, queues, event buses, API destinations and commands; \(arn) is none of them."
            )
        }
        if let queue = target["DeadLetterConfig"]?["Arn"]?.text, !desk.deadLetters.has(queue) {
            return Self.failure(
                target, "ValidationException", "DeadLetterConfig.Arn is not valid: \(queue) is no queue of this hub.")
        }
        if let parameters = target["HttpParameters"],
            let complaint = HTTPParameters.complaint(httpParameters: parameters)
        {
            return Self.failure(target, "ValidationException", complaint)
        }
        if let complaint = RetryPlan.complaint(target) {
            return Self.failure(target, "ValidationException", complaint)
        }
        if let text = target["Input"]?.text, (try? Datum(json: Array(text.utf8))) == nil {
            return Self.failure(
                target, "ValidationException", "JSON syntax error in input for target \(target["Id"]?.text ?? "").")
        }
        do throws(PatternRefusal) {
            if let path = target["InputPath"]?.text { _ = try InputPath(parsing: path) }
            if let transform = target["InputTransformer"] { _ = try Delivery.transform(transform) }
        } catch { return Self.failure(target, "ValidationException", error.reason) }
        return nil
    }

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let (rule, bus) = (call["Rule"], EventsDesk.busName(call.text("EventBusName")))
        let key = EventsDesk.ruleKey(bus, rule)
        let targets = call.list("Targets")
        let failures = targets.compactMap(complaint)
        let refused = Set(failures.compactMap { $0["TargetId"]?.text })
        try desk.shelf.change { shelf in
            guard shelf.records[EventsDesk.Kind.rule, key] != nil else { throw Rules.missing(rule, bus) }
            for target in targets {
                guard let id = target["Id"]?.text, !refused.contains(id) else { continue }
                shelf.records[EventsDesk.Kind.target, EventsDesk.targetKey(bus, rule, id)] = target
            }
            guard shelf.records.keys(EventsDesk.Kind.target, prefix: key + "\u{1}").count <= Self.targetsMax else {
                throw ServiceProblem("LimitExceededException", "A rule may have \(Self.targetsMax) targets.")
            }
        }
        return ["FailedEntryCount": .whole(failures.count), "FailedEntries": .list(failures)]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let (rule, bus) = (call["Rule"], EventsDesk.busName(call.text("EventBusName")))
        let records = desk.shelf.records
        let key = EventsDesk.ruleKey(bus, rule)
        guard records[EventsDesk.Kind.rule, key] != nil else { throw Rules.missing(rule, bus) }
        let keys = records.keys(EventsDesk.Kind.target, prefix: key + "\u{1}")
        let (part, next) = try Paging.part(keys, token: call.text("NextToken"), limit: call.whole("Limit") ?? 100)
        return [
            "Targets": .list(part.compactMap { records[EventsDesk.Kind.target, $0] }),
            "NextToken": next.map(Datum.text) ?? .null,
        ]
    }

    private func remove(_ call: Call) throws(ServiceProblem) -> Datum {
        let (rule, bus) = (call["Rule"], EventsDesk.busName(call.text("EventBusName")))
        let ids = call.texts("Ids")
        let failures = try desk.shelf.change { shelf in
            guard shelf.records[EventsDesk.Kind.rule, EventsDesk.ruleKey(bus, rule)] != nil else {
                throw Rules.missing(rule, bus)
            }
            var failures: [Datum] = []
            for id in ids {
                let key = EventsDesk.targetKey(bus, rule, id)
                if shelf.records[EventsDesk.Kind.target, key] == nil {
                    failures.append(
                        Self.failure(
                            ["Id": .text(id)], "ResourceNotFoundException",
                            "Rule \(rule) does not have a target with the Id \(id)."))
                }
                shelf.records[EventsDesk.Kind.target, key] = nil
            }
            return failures
        }
        return ["FailedEntryCount": .whole(failures.count), "FailedEntries": .list(failures)]
    }
}
