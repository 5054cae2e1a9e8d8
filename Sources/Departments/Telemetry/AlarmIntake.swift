internal import AWSProtocol
internal import Core
internal import Records

/// Takes definitions of alarms in: checked, and kept before they are answered.
struct AlarmIntake: Sendable {
    private static let alarmsMax = 5000
    private static let actionsMax = 5
    private static let childrenMax = 100
    private static let actions = Alarm.actions.map { Member($0, .list(.text), 0...actionsMax) }
    private static let common =
        [
            AlarmOperations.name, Member("AlarmDescription", 0...1024), Member("ActionsEnabled", .flag),
            AlarmTags.member,
        ] + actions
    /// What AWS has, and a hub has not: each is refused by its name.
    private static let strange = [
        "ThresholdMetricId", "EvaluationWindow", "WarmUpConfiguration", "EvaluationCriteria", "EvaluationInterval",
        "ActionConfiguration", "ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod",
    ].map { Member($0, .anything) }

    let desk: MetricsDesk

    var operations: [Operation] {
        let alarms = desk.alarms
        let arns: Operation.Resources = { [alarms.arn($0["AlarmName"])] }
        // An alarm sends for whoever put it: it takes him no further than he may go himself.
        let leaves: Operation.Leaves = { call in
            Alarm.actions.flatMap(call.texts).compactMap(Leave.init(sendingTo:))
        }
        return [
            Operation("PutMetricAlarm", Self.common + MetricAlarmDraft.members + Self.strange, on: arns, needs: leaves)
            {
                call throws(ServiceProblem) in
                let draft = try MetricAlarmDraft(call)
                // Whatever cannot be asked of metrics is refused here, and not each time that it is judged.
                _ = try AlarmMetric(draft.record).points(desk, at: Int64(WallClock.milliseconds))
                return try put(draft.record, call)
            },
            Operation(
                "PutCompositeAlarm", Self.common + [Member("AlarmRule", required: true, 1...10240)] + Self.strange,
                on: arns, needs: leaves
            ) { call throws(ServiceProblem) in
                let rule = try AlarmRule(parsing: call["AlarmRule"])
                var children: [String] = []
                for name in rule.alarms.map(alarms.name) where !children.contains(name) { children.append(name) }
                guard children.count <= Self.childrenMax else {
                    throw AlarmOperations.refusal("AlarmRule may name \(Self.childrenMax) alarms.")
                }
                return try put(
                    ["AlarmRule": .text(call["AlarmRule"]), "Children": .list(children.map(Datum.text))], call)
            },
        ]
    }

    private func put(_ definition: DatumMap, _ call: Call) throws(ServiceProblem) -> Datum {
        let draft = Alarm(try record(definition, call, at: Int64(WallClock.milliseconds)))
        let desk = desk.alarms
        try desk.shelf.change { shelf in
            var alarm = draft
            let old = AlarmDesk.alarm(alarm.name, in: shelf.records)
            if let old {
                guard old.isComposite == alarm.isComposite else {
                    throw AlarmOperations.refusal("There is an alarm of another type with the name \(alarm.name).")
                }
                alarm.keep(from: old)
            } else if shelf.records.count(AlarmDesk.Kind.alarm) >= Self.alarmsMax {
                throw ServiceProblem("LimitExceededFault", "There may be \(Self.alarmsMax) alarms.")
            }
            let strangers = alarm.children.filter { shelf.records[AlarmDesk.Kind.alarm, $0] == nil && $0 != alarm.name }
            guard strangers.isEmpty else {
                throw AlarmOperations.refusal(
                    "Could not save the composite alarm as alarms [\(strangers.joined(separator: ", "))] in the alarm "
                        + "rule do not exist")
            }
            shelf.records[AlarmDesk.Kind.alarm, alarm.name] = .map(alarm.record)
            let at = Int64(alarm.record["AlarmConfigurationUpdatedTimestamp"]?.whole ?? 0)
            try AlarmHistory.configured(alarm, old == nil ? "Create" : "Update", at: at, shelf.database)
        }
        desk.bell.ring()
        return .null
    }

    private func record(_ definition: DatumMap, _ call: Call, at now: Int64) throws(ServiceProblem) -> DatumMap {
        let name = call["AlarmName"]
        guard !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw MetricOperations.invalid("The parameter AlarmName may not hold control characters.")
        }
        if let stranger = Self.strange.first(where: { !(call.input[$0.name] ?? .null).isNull }) {
            throw AlarmOperations.refusal("\(stranger.name) is not offered by this hub.")
        }
        var record: DatumMap = ["AlarmName": .text(name), "AlarmArn": .text(desk.alarms.arn(name))]
        record["AlarmDescription"] = call.input["AlarmDescription"]
        record["AlarmConfigurationUpdatedTimestamp"] = .whole(Int(now))
        record["ActionsEnabled"] = .bool(call.input["ActionsEnabled"]?.bool ?? true)
        for member in Self.actions {
            for arn in call.texts(member.name) where !desk.alarms.accepts(arn) {
                throw AlarmOperations.refusal(
                    "Invalid arn syntax or target: this hub cannot deliver to \(arn.prefix(1024)), "
                        + "which \(member.name) names.")
            }
            record[member.name] = .list(call.list(member.name))
        }
        record["StateValue"] = .text(AlarmValue.insufficientData.rawValue)
        record["StateReason"] = "Unchecked: Initial alarm creation"
        record["StateUpdatedTimestamp"] = .whole(Int(now))
        record["StateTransitionedTimestamp"] = .whole(Int(now))
        for (key, value) in definition.members { record[key] = value }
        record["Tags"] = .list(try AlarmTags.checked(call.list("Tags")))
        return record
    }
}
