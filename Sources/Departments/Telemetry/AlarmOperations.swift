internal import AWSProtocol
internal import Core
internal import JSON
internal import Records

/// What can be asked of alarms that are there, and done to them.
struct AlarmOperations: Sendable {
    static let badToken = "InvalidNextToken"
    static let name = Member("AlarmName", required: true, 1...255)
    static let types = Member("AlarmTypes", .list(.text), 0...3)
    private static let names = Member("AlarmNames", .list(.text), required: true, 0...100)
    private static let reasonDataMax = 4000

    let desk: AlarmDesk

    var all: [Operation] {
        let arns: Operation.Resources = { call in call.texts("AlarmNames").map(desk.arn) }
        return [
            Operation("DeleteAlarms", [Self.names], on: arns) { call throws(ServiceProblem) in try delete(call) },
            Operation("EnableAlarmActions", [Self.names], on: arns) { call throws(ServiceProblem) in
                try allowActions(true, call)
            },
            Operation("DisableAlarmActions", [Self.names], on: arns) { call throws(ServiceProblem) in
                try allowActions(false, call)
            },
            Operation(
                "SetAlarmState",
                [
                    Self.name, Member("StateValue", required: true, words: AlarmValue.words),
                    Member("StateReason", required: true, 0...1023), Member("StateReasonData", 0...Self.reasonDataMax),
                ], on: { [desk.arn($0["AlarmName"])] }
            ) { call throws(ServiceProblem) in try setState(call) },
        ]
    }

    static func refusal(_ why: String) -> ServiceProblem { ServiceProblem("ValidationException", why) }

    // MARK: doing

    /// Names that nobody has are passed over where others are there, as with AWS.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let names = Set(call.texts("AlarmNames"))
        let now = Int64(WallClock.milliseconds)
        try desk.shelf.change { shelf in
            let gone = names.sorted().compactMap { AlarmDesk.alarm($0, in: shelf.records) }
            guard !gone.isEmpty || names.isEmpty else {
                throw AlarmDesk.missing("Alarm \(names.sorted().joined(separator: ", "))")
            }
            guard gone.count(where: \.isComposite) <= 1 else {
                throw Self.refusal("One composite alarm alone can be deleted at once.")
            }
            for alarm in gone { shelf.records[AlarmDesk.Kind.alarm, alarm.name] = nil }
            for left in shelf.records.all(AlarmDesk.Kind.alarm) {
                guard let needed = left["Children"]?.list?.compactMap(\.text).first(where: names.contains),
                    gone.contains(where: { $0.name == needed })
                else { continue }
                throw Self.refusal(
                    "\(needed) cannot be deleted as there are composite alarms depending on it: "
                        + "\(left["AlarmName"]?.text ?? "")")
            }
            for alarm in gone { try AlarmHistory.configured(alarm, "Delete", at: now, shelf.database) }
        }
        return .null
    }

    private func allowActions(_ isAllowed: Bool, _ call: Call) throws(ServiceProblem) -> Datum {
        let names = call.texts("AlarmNames")
        let now = Int64(WallClock.milliseconds)
        try desk.shelf.change { shelf in
            for name in names {
                guard var alarm = AlarmDesk.alarm(name, in: shelf.records) else { continue }
                alarm.allowActions(isAllowed, at: now)
                shelf.records[AlarmDesk.Kind.alarm, name] = .map(alarm.record)
                try AlarmHistory.configured(alarm, "Update", at: now, shelf.database)
            }
        }
        return .null
    }

    private func setState(_ call: Call) throws(ServiceProblem) -> Datum {
        let data = call.text("StateReasonData")
        if let data, (try? Datum(json: Array(data.utf8))) == nil {
            throw ServiceProblem("InvalidFormatFault", "StateReasonData was not a valid JSON object")
        }
        let finding = AlarmFinding(
            value: AlarmValue(rawValue: call["StateValue"]) ?? .insufficientData, reason: call["StateReason"],
            data: data)
        try desk.set(call["AlarmName"], to: finding)
        return .null
    }
}
