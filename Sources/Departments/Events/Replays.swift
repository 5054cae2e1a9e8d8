internal import AWSProtocol
internal import Core
internal import Records

/// Events of an archive, sent over their bus once more.
struct Replays: Sendable {
    let desk: EventsDesk
    /// At a time, as EventBridge.
    private static let openMax = 10

    var operations: [Operation] {
        let name = Member("ReplayName", required: true, 1...64, marks: "._-")
        let arns: Operation.Resources = { [$0.arn("events", "replay/\($0["ReplayName"])")] }
        let destination = Shape.structure([
            Member("Arn", required: true, 1...1600), Member("FilterArns", .list(.text), 0...300),
        ])
        return [
            Operation(
                "StartReplay",
                [
                    name, Member("Description", 0...512), Member("EventSourceArn", required: true, 1...1600),
                    Member("EventStartTime", .time, required: true), Member("EventEndTime", .time, required: true),
                    Member("Destination", destination, required: true),
                ], on: { arns($0) + [$0["EventSourceArn"]] },
                needs: { [Leave(sendingTo: $0.map("Destination")["Arn"]?.text ?? "")].compactMap { $0 } }
            ) { call throws(ServiceProblem) in try start(call) },
            Operation("DescribeReplay", [name], on: arns) { call throws(ServiceProblem) in
                guard let replay = desk.shelf.records[EventsDesk.Kind.replay, call["ReplayName"]] else {
                    throw Self.missing(call)
                }
                return replay.only(Self.listed + ["ReplayArn", "Description", "Destination"])
            },
            Operation(
                "ListReplays",
                [
                    Member("NamePrefix", 1...64), Member("State"), Member("EventSourceArn", 1...1600),
                    Member("NextToken"), Member("Limit", .whole, 1...100),
                ]
            ) { call throws(ServiceProblem) in try list(call) },
            Operation("CancelReplay", [name], on: arns) { call throws(ServiceProblem) in try cancel(call) },
        ]
    }

    private static func missing(_ call: Call) -> ServiceProblem { EventsDesk.missing("Replay \(call["ReplayName"])") }

    private static let listed = [
        "ReplayName", "EventSourceArn", "State", "StateReason", "EventStartTime", "EventEndTime",
        "EventLastReplayedTime", "ReplayStartTime", "ReplayEndTime",
    ]

    private static func invalid(_ what: String, _ why: String) -> ServiceProblem {
        ServiceProblem("ValidationException", "Parameter \(what) is not valid. Reason: \(why)")
    }

    private func start(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, source) = (call["ReplayName"], call["EventSourceArn"])
        guard let from = call.milliseconds("EventStartTime"), let until = call.milliseconds("EventEndTime"),
            from < until
        else { throw Self.invalid("EventEndTime", "EventStartTime must be before EventEndTime.") }
        let arn = call.arn("events", "replay/\(name)")
        let now = EventsDesk.now
        let replay: Datum = [
            "ReplayName": .text(name), "ReplayArn": .text(arn), "EventSourceArn": .text(source),
            "Description": call.input["Description"] ?? .null, "Destination": call.input["Destination"] ?? .null,
            "EventStartTime": .number(Double(from) / 1000), "EventEndTime": .number(Double(until) / 1000),
            "State": .text(State.starting.rawValue), "ReplayStartTime": now,
        ]
        try desk.shelf.change { shelf in
            try Self.check(call, shelf.records)
            shelf.records[EventsDesk.Kind.replay, name] = replay
        }
        desk.replayer.ring()
        return ["ReplayArn": .text(arn), "State": .text(State.starting.rawValue), "ReplayStartTime": now]
    }

    private static func check(_ call: Call, _ records: Records) throws(ServiceProblem) {
        let archives = records.all(EventsDesk.Kind.archive)
        guard let archive = archives.first(where: { $0["ArchiveArn"]?.text == call["EventSourceArn"] }) else {
            throw invalid("EventSourceArn", "Archive \(call["EventSourceArn"]) does not exist.")
        }
        guard call.map("Destination")["Arn"] == archive["EventSourceArn"] else {
            throw invalid("Destination.Arn", "Cross event bus replay is not permitted.")
        }
        let rules = Set(records.all(EventsDesk.Kind.rule).compactMap { $0["Arn"]?.text })
        for arn in call.map("Destination")["FilterArns"]?.list?.compactMap(\.text) ?? [] where !rules.contains(arn) {
            throw invalid("Destination.FilterArns", "Rule \(arn) does not exist.")
        }
        guard records[EventsDesk.Kind.replay, call["ReplayName"]] == nil else {
            throw ServiceProblem("ResourceAlreadyExistsException", "Replay \(call["ReplayName"]) already exists.")
        }
        guard records.all(EventsDesk.Kind.replay).filter(State.isOpen).count < openMax else {
            throw ServiceProblem("LimitExceededException", "There may be \(openMax) replays at a time.")
        }
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let part = try RecordPart(
            EventsDesk.Kind.replay, of: desk.shelf.records, call, by: ["EventSourceArn", "State"])
        return ["Replays": .list(part.rows.map { $0.only(Self.listed) }), "NextToken": part.next]
    }

    private func cancel(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["ReplayName"]
        let arn = try desk.shelf.change { shelf -> Datum in
            guard var replay = shelf.records[EventsDesk.Kind.replay, name]?.map else { throw Self.missing(call) }
            guard State.isOpen(.map(replay)) else {
                throw ServiceProblem(
                    "IllegalStatusException", "Replay \(name) is not in a valid state for this operation.")
            }
            replay["State"] = .text(State.cancelled.rawValue)
            replay["ReplayEndTime"] = EventsDesk.now
            shelf.records[EventsDesk.Kind.replay, name] = .map(replay)
            return replay["ReplayArn"] ?? .null
        }
        return ["ReplayArn": arn, "State": .text(State.cancelled.rawValue)]
    }

    enum State: String {
        case starting = "STARTING"
        case running = "RUNNING"
        case completed = "COMPLETED"
        case cancelled = "CANCELLED"
        case failed = "FAILED"

        static func isOpen(_ replay: Datum) -> Bool {
            [starting.rawValue, running.rawValue].contains(replay["State"]?.text)
        }
    }
}
