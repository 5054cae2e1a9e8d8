extension BenchReport {
    /// Names the layout of a saved report; a later layout gets a later number.
    private static let format = "lineside-bench/1"

    /// The report as one line of JSON. Times are whole nanoseconds, so it reads back equal.
    package var json: String {
        let members: [String: JSONText] = [
            "format": .string(Self.format),
            "conditions": conditions.json,
            "started_at": .int(startedAt),
            "measured_ns": .int(measured),
            "requested_rate": conditions.rate.map(JSONText.real) ?? .null,
            "achieved_rate": .real(achievedRate),
            "sent": .int(counts.sent),
            "answered": .int(counts.answered),
            "unsent": .int(counts.unsent),
            "unfinished": .int(counts.unfinished),
            "late_starts": .int(counts.lateStarts),
            "statuses": .object(counts.statuses.reduce(into: [:]) { $0["\($1.key)"] = .int($1.value) }),
            "errors": .object(counts.failures.reduce(into: [:]) { $0[$1.key.rawValue] = .int($1.value) }),
            "response_ns": response.json,
            "service_ns": service.json,
            "stopped_early": .bool(stoppedEarly),
        ]
        return JSONText.object(members).text
    }

    /// Reads what `json` wrote.
    package init(json text: String) throws(BenchError) {
        let saved = SavedObject(members: try SavedObject.members(of: JSONParser.parse(text), "the report"))
        let format = try saved.string("format")
        guard format == Self.format else {
            throw BenchError(.unreadable, "a saved report of format \"\(format)\"; this program reads \(Self.format)")
        }
        self.init(conditions: try BenchConditions(saved.object("conditions")))
        startedAt = try saved.int("started_at")
        measured = try saved.nanoseconds("measured_ns")
        counts.sent = try saved.int("sent")
        counts.answered = try saved.int("answered")
        counts.unsent = try saved.int("unsent")
        counts.unfinished = try saved.int("unfinished")
        counts.lateStarts = try saved.int("late_starts")
        counts.statuses = try saved.counts("statuses") { Int($0) }
        counts.failures = try saved.counts("errors") { BenchFailure(rawValue: $0) }
        response = try LatencySummary(saved.object("response_ns"))
        service = try LatencySummary(saved.object("service_ns"))
        stoppedEarly = try saved.bool("stopped_early")
    }
}

extension BenchConditions {
    fileprivate var json: JSONText {
        var members: [String: JSONText] = [
            "url": .string(url),
            "method": .string(method),
            "body_bytes": .int(bodyBytes),
            "rate": rate.map(JSONText.real) ?? .null,
            "arrivals": .string(arrivals.name),
            "connections": .int(connections),
            "duration_ns": .int(duration),
            "warm_up_ns": .int(warmUp),
            "timeout_ns": .int(timeout),
        ]
        if case .poisson(let seed) = arrivals { members["seed"] = .int(seed) }
        return .object(members)
    }

    fileprivate init(_ saved: SavedObject) throws(BenchError) {
        self.init()
        url = try saved.string("url")
        method = try saved.string("method")
        bodyBytes = try saved.int("body_bytes")
        rate = try saved.optionalReal("rate")
        connections = try saved.int("connections")
        duration = try saved.nanoseconds("duration_ns")
        warmUp = try saved.nanoseconds("warm_up_ns")
        timeout = try saved.nanoseconds("timeout_ns")
        switch try saved.string("arrivals") {
        case "constant": arrivals = .constant
        case "poisson": arrivals = .poisson(seed: try saved.nanoseconds("seed"))
        case let name: throw BenchError(.unreadable, "not a saved report: unknown arrivals \"\(name)\"")
        }
    }
}

extension LatencySummary {
    fileprivate var json: JSONText {
        var members: [String: JSONText] = ["count": .int(count)]
        for figure in Self.figures { members[figure.name] = .int(self[keyPath: figure.path]) }
        return .object(members)
    }

    fileprivate init(_ saved: SavedObject) throws(BenchError) {
        self.init()
        count = try saved.int("count")
        for figure in Self.figures { self[keyPath: figure.path] = try saved.nanoseconds(figure.name) }
    }
}
