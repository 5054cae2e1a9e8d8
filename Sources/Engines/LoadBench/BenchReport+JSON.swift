internal import Core
internal import JSON

extension BenchReport {
    /// Names the layout of a saved report; a later layout gets a later number.
    private static let format = "lineside-bench/1"

    /// The report as one line of JSON. Times are whole nanoseconds, so it reads back equal.
    package var json: String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        write(to: &json)
        return buffer.text
    }

    /// Members go in the order of their names, so that equal reports give equal bytes.
    private func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("achieved_rate", achievedRate)
        json.member("answered", counts.answered)
        json.key("conditions")
        conditions.write(to: &json)
        json.member("errors", counts.failures) { $0.rawValue }
        json.member("format", Self.format)
        json.member("late_starts", counts.lateStarts)
        json.member("measured_ns", measured)
        json.member("requested_rate", conditions.rate)
        json.key("response_ns")
        response.write(to: &json)
        json.member("sent", counts.sent)
        json.key("service_ns")
        service.write(to: &json)
        json.member("started_at", startedAt)
        json.member("statuses", counts.statuses) { "\($0)" }
        json.key("stopped_early")
        json.bool(stoppedEarly)
        json.member("unfinished", counts.unfinished)
        json.member("unsent", counts.unsent)
        json.endObject()
    }

    /// Reads what `json` wrote.
    package init(json text: String) throws(BenchError) {
        self = try SavedReport(text).read { (saved) throws(BenchError) in try BenchReport(saved) }
    }

    private init(_ saved: SavedMembers) throws(BenchError) {
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
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("arrivals", arrivals.name)
        json.member("body_bytes", bodyBytes)
        json.member("connections", connections)
        json.member("duration_ns", duration)
        json.member("method", method)
        json.member("rate", rate)
        if case .poisson(let seed) = arrivals { json.member("seed", seed) }
        json.member("timeout_ns", timeout)
        json.member("url", url)
        json.member("warm_up_ns", warmUp)
        json.endObject()
    }

    fileprivate init(_ saved: SavedMembers) throws(BenchError) {
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
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("count", count)
        for figure in Self.figures.sorted(by: { $0.name < $1.name }) {
            json.member(figure.name, self[keyPath: figure.path])
        }
        json.endObject()
    }

    fileprivate init(_ saved: SavedMembers) throws(BenchError) {
        self.init()
        count = try saved.int("count")
        for figure in Self.figures { self[keyPath: figure.path] = try saved.nanoseconds(figure.name) }
    }
}
