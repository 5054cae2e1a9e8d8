internal import AWSEvents
internal import AWSProtocol
internal import Core
internal import EventPatterns
internal import JSON
internal import Records

/// Takes events in: an event that was answered with an id is on the disk for every target that it is for.
struct Intake: Sendable {
    let desk: EventsDesk
    /// From bus to bus.
    private static let hopsMax: Int64 = 5

    var operations: [Operation] {
        [
            Operation(
                "PutEvents", [Member("Entries", .list(.anything), required: true), Member("EndpointId")],
                on: { call in
                    let buses = Set(call.list("Entries").map { EventsDesk.busName($0["EventBusName"]?.text) })
                    return buses.sorted().map { call.arn("events", "event-bus/\($0)") }
                }
            ) { call throws(ServiceProblem) in try put(call) },
            Operation(
                "TestEventPattern",
                [Member("EventPattern", required: true, 0...4096), Member("Event", required: true)], free: true
            ) { call throws(ServiceProblem) in try test(call) },
        ]
    }

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let readings = try PutEvents.entries(of: .map(call.input))
        let now = Int64(WallClock.milliseconds)
        let records = desk.shelf.records
        let signposts = desk.signposts(records)
        var outflow = Outflow()
        let fates = readings.map { reading -> PutEvents.Fate in
            switch reading {
            case .failure(let problem): return problem.fate
            case .success(let entry):
                let bus = EventsDesk.busName(entry.bus)
                guard records[EventsDesk.Kind.bus, bus] != nil else {
                    return .failed(code: "ResourceNotFoundException", message: "Event bus \(bus) does not exist.")
                }
                let id = UniqueID.random()
                let event = desk.envelope(
                    id: id, source: entry.source, type: entry.detailType, time: entry.time ?? now,
                    resources: entry.resources, (try? Datum(json: Array(entry.detail.utf8))) ?? [:])
                outflow.add(signposts.outflow(of: event, on: bus))
                return .accepted(id: id)
            }
        }
        try send(outflow, now)
        return PutEvents.output(fates)
    }

    private func send(_ outflow: Outflow, _ now: Int64) throws(ServiceProblem) {
        if outflow.isEmpty { return }
        try desk.shelf.change { shelf in try outflow.write(now, desk.couriers, to: shelf.database) }
        desk.couriers.ring(for: outflow.deliveries)
    }

    /// Events that a rule of another bus sends here.
    func pass(_ payloads: [(event: [UInt8], hops: Int64)], to bus: String) throws(ServiceProblem) {
        let records = desk.shelf.records
        guard records[EventsDesk.Kind.bus, bus] != nil else { throw EventsDesk.missing("Event bus \(bus)") }
        let signposts = desk.signposts(records)
        var outflow = Outflow()
        // Buses that send each other everything come to rest.
        for (event, hops) in payloads where hops < Self.hopsMax {
            guard let event = try? Datum(json: event) else { continue }
            outflow.add(signposts.outflow(of: event, on: bus, hops: hops + 1))
        }
        try send(outflow, Int64(WallClock.milliseconds))
    }

    private func test(_ call: Call) throws(ServiceProblem) -> Datum {
        let pattern = try EventsDesk.read(pattern: call["EventPattern"])
        guard let event = try? Datum(json: Array(call["Event"].utf8)), let map = event.map else {
            throw ServiceProblem("ValidationException", "Event is not valid. Reason: it is not a JSON object")
        }
        for name in ["id", "account", "source", "time", "region", "resources", "detail-type"] where map[name] == nil {
            throw ServiceProblem("ValidationException", "Event is not valid. Reason: \(name) is missing")
        }
        return ["Result": .bool(pattern.matches(event))]
    }
}
