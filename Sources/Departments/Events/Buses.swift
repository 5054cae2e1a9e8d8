internal import AWSProtocol
internal import Core
internal import Records

/// What events are put on.
struct Buses: Sendable {
    let desk: EventsDesk
    private static let busesMax = 100
    static let tags = Member(
        "Tags", .list(.structure([Member("Key", required: true, 1...128), Member("Value", required: true, 0...256)])))

    var operations: [Operation] {
        let name = Member("Name", required: true, 1...256, marks: "._-")
        return [
            Operation(
                "CreateEventBus", [name, Member("Description", 0...512), Member("EventSourceName"), Self.tags],
                on: Self.arns
            ) { call throws(ServiceProblem) in try create(call) }
            .without("KmsKeyIdentifier", "DeadLetterConfig", "LogConfig"),
            Operation("DescribeEventBus", [Member("Name", 1...1600)], on: Self.arns) { call throws(ServiceProblem) in
                let name = EventsDesk.busName(call.text("Name"))
                guard let bus = desk.shelf.records[EventsDesk.Kind.bus, name] else {
                    throw EventsDesk.missing("Event bus \(name)")
                }
                return bus.only(Self.shown)
            },
            Operation(
                "ListEventBuses",
                [Member("NamePrefix", 1...256), Member("NextToken"), Member("Limit", .whole, 1...100)]
            ) { call throws(ServiceProblem) in
                let part = try RecordPart(EventsDesk.Kind.bus, of: desk.shelf.records, call)
                return ["EventBuses": .list(part.rows.map { $0.only(Self.shown) }), "NextToken": part.next]
            },
            Operation("DeleteEventBus", [name], on: Self.arns) { call throws(ServiceProblem) in try delete(call) },
        ]
    }

    private static let arns: Operation.Resources = { call in
        [call.arn("events", "event-bus/\(EventsDesk.busName(call.text("Name")))")]
    }

    private static let shown = ["Name", "Arn", "Description", "CreationTime", "LastModifiedTime"]

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["Name"]
        let arn = desk.busARN(name)
        let now = EventsDesk.now
        let bus: Datum = [
            "Name": .text(name), "Arn": .text(arn), "Description": call.input["Description"] ?? .null,
            "Tags": .list(call.list("Tags")), "CreationTime": now, "LastModifiedTime": now,
        ]
        try desk.shelf.change { shelf in
            guard shelf.records[EventsDesk.Kind.bus, name] == nil else {
                throw ServiceProblem("ResourceAlreadyExistsException", "Event bus \(name) already exists.")
            }
            guard shelf.records.count(EventsDesk.Kind.bus) < Self.busesMax else {
                throw ServiceProblem("LimitExceededException", "There may be \(Self.busesMax) event buses.")
            }
            shelf.records[EventsDesk.Kind.bus, name] = bus
        }
        return ["EventBusArn": .text(arn), "Description": call.input["Description"] ?? .null]
    }

    /// One that is not there is as good as deleted, as EventBridge has it.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = EventsDesk.busName(call["Name"])
        guard name != EventsDesk.defaultBus else {
            throw ServiceProblem("ValidationException", "Cannot delete event bus default.")
        }
        try desk.shelf.change { shelf in
            guard shelf.records.keys(EventsDesk.Kind.rule, prefix: EventsDesk.ruleKey(name, "")).isEmpty else {
                throw ServiceProblem("ValidationException", "Event bus can't be deleted since it has rules.")
            }
            shelf.records[EventsDesk.Kind.bus, name] = nil
        }
        return .null
    }
}
