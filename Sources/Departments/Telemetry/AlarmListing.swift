internal import AWSProtocol
internal import Core
internal import Records

/// Which alarms there are, and what they are in.
struct AlarmListing: Sendable {
    private static let familyNames = ["ChildrenOfAlarmName", "ParentsOfAlarmName"]
    let desk: AlarmDesk

    var operations: [Operation] {
        [
            Operation(
                "DescribeAlarms",
                [
                    Member("AlarmNames", .list(.text), 0...100), Member("AlarmNamePrefix", 1...255),
                    AlarmOperations.types, Member("StateValue", words: AlarmValue.words),
                    Member("ActionPrefix", 1...1024),
                    Member("ChildrenOfAlarmName", 1...255), Member("ParentsOfAlarmName", 1...255),
                    Member("MaxRecords", .whole, 1...100), Member("NextToken"),
                ],
                on: { call in
                    let names = call.texts("AlarmNames")
                    return names.isEmpty ? ["*"] : names.map(desk.arn)
                }
            ) { call throws(ServiceProblem) in try describe(call) },
            Operation(
                "DescribeAlarmsForMetric",
                [
                    Member("MetricName", required: true, 1...255), Member("Namespace", required: true, 1...255),
                    Member("Statistic"), Member("ExtendedStatistic"), MetricOperations.dimensions,
                    Member("Period", .whole, 1...Int.max), Member("Unit"),
                ]
            ) { call throws(ServiceProblem) in describe(forMetric: call) },
        ]
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        try check(call)
        let records = desk.shelf.records
        let wanted = Set(call.texts("AlarmNames"))
        let family = family(call, records)
        let isWhole = family != nil
        let types = call.texts("AlarmTypes")
        // Who names no type means those of metrics, as with AWS; a family is of both.
        let shownTypes = types.isEmpty ? (isWhole ? ["MetricAlarm", "CompositeAlarm"] : ["MetricAlarm"]) : types
        let keys = records.keys(AlarmDesk.Kind.alarm, prefix: call.text("AlarmNamePrefix") ?? "").filter { key in
            guard wanted.isEmpty || wanted.contains(key), family?.contains(key) ?? true,
                let alarm = AlarmDesk.alarm(key, in: records)
            else { return false }
            return shownTypes.contains(alarm.type)
                && (call.text("StateValue").map { alarm.value.rawValue == $0 } ?? true)
                && (call.text("ActionPrefix").map { prefix in hasAction(alarm, prefix) } ?? true)
        }
        let (part, next) = try Paging.part(
            keys, token: call.text("NextToken"), limit: call.whole("MaxRecords") ?? 100,
            invalid: AlarmOperations.badToken)
        let alarms = part.compactMap { AlarmDesk.alarm($0, in: records) }
        return [
            "CompositeAlarms": .list(alarms.filter(\.isComposite).map { $0.shown(call) }),
            "MetricAlarms": .list(alarms.filter { !$0.isComposite }.map { $0.shown(call) }),
            "NextToken": next.map(Datum.text) ?? .null,
        ]
    }

    private func check(_ call: Call) throws(ServiceProblem) {
        if !call.texts("AlarmNames").isEmpty, call.text("AlarmNamePrefix") != nil {
            throw ServiceProblem(
                "InvalidParameterCombinationException", "AlarmNames and AlarmNamePrefix cannot be given together.")
        }
        for word in call.texts("AlarmTypes") where !["MetricAlarm", "CompositeAlarm", "LogAlarm"].contains(word) {
            throw MetricOperations.invalid("The value \(word.prefix(40)) for parameter AlarmTypes is not supported.")
        }
        let others = ["AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "ActionPrefix"] + Self.familyNames
        let given = others.filter { call.input[$0] != nil }
        if given.count > 1, let family = given.first(where: Self.familyNames.contains) {
            throw ServiceProblem(
                "InvalidParameterCombinationException",
                "\(family) can be given together with MaxRecords and NextToken alone.")
        }
    }

    /// What an alarm is made of, or part of; nil where neither is asked.
    private func family(_ call: Call, _ records: Records) -> Set<String>? {
        if let parent = call.text("ChildrenOfAlarmName") {
            return Set(AlarmDesk.alarm(parent, in: records)?.children ?? [])
        }
        guard let child = call.text("ParentsOfAlarmName") else { return nil }
        let parents = records.keys(AlarmDesk.Kind.alarm).filter {
            AlarmDesk.alarm($0, in: records)?.children.contains(child) ?? false
        }
        return Set(parents)
    }

    private func hasAction(_ alarm: Alarm, _ prefix: String) -> Bool {
        Alarm.actions.contains { alarm.texts($0).contains { $0.hasPrefix(prefix) } }
    }

    /// Those of a single metric; arithmetic over several is not looked into, as with AWS.
    private func describe(forMetric call: Call) -> Datum {
        let key = MetricsDesk.key(call["Namespace"], call["MetricName"], call.list("Dimensions"))
        let alarms = desk.shelf.records.all(AlarmDesk.Kind.alarm).compactMap { $0.map.map(Alarm.init) }.filter {
            alarm in
            let record = alarm.record
            guard let namespace = record["Namespace"]?.text, let name = record["MetricName"]?.text,
                MetricsDesk.key(namespace, name, record["Dimensions"]?.list ?? []) == key
            else { return false }
            return ["Statistic", "ExtendedStatistic", "Period", "Unit"].allSatisfy {
                call.input[$0] == nil || call.input[$0] == record[$0]
            }
        }
        return ["MetricAlarms": .list(alarms.map { $0.shown(call) })]
    }
}
