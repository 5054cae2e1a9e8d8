package import Core
internal import JSON

/// Reads requests as EventBridge reads them: some mistakes refuse the request, others only their entry.
extension PutEvents {
    package typealias Reading = Result<PutEventsEntry, EntryProblem>

    /// What is wrong with one entry.
    package struct EntryProblem: Error, Hashable, Sendable {
        package let code: String
        package let message: String

        package init(_ code: String, _ message: String) {
            self.code = code
            self.message = message
        }

        static func missing(_ name: String) -> EntryProblem {
            EntryProblem("InvalidArgument", "Parameter \(name) is not valid. Reason: \(name) is a required argument.")
        }

        package var fate: Fate { .failed(code: code, message: message) }
    }

    package static func entries(in body: [UInt8]) throws(ServiceProblem) -> [Reading] {
        let datum: Datum
        do throws(JSONDocument.Refusal) { datum = try Datum(json: body) } catch {
            throw ServiceProblem("SerializationException", "\(error.reason) at byte \(error.position)")
        }
        return try entries(of: datum)
    }

    /// The entries of a request that has been read.
    package static func entries(of datum: Datum) throws(ServiceProblem) -> [Reading] {
        guard datum.map != nil else { throw ServiceProblem("SerializationException", "Start of structure expected") }
        guard let entries = datum["Entries"], !entries.isNull else {
            throw invalid("Value null at 'entries' failed to satisfy constraint: Member must not be null")
        }
        guard let list = entries.list else { throw ServiceProblem("SerializationException", "Start of list expected") }
        guard !list.isEmpty, list.count <= entriesMax else {
            let side = list.isEmpty ? "greater than or equal to 1" : "less than or equal to \(entriesMax)"
            throw invalid(
                "Value at 'entries' failed to satisfy constraint: Member must have length \(side)")
        }
        var readings: [Reading] = []
        for entry in list { readings.append(try reading(entry)) }
        let weight = readings.reduce(0) { sum, reading in sum + ((try? reading.get())?.weight ?? 0) }
        guard weight <= weightMax else {
            throw ServiceProblem("ValidationException", "Total size of the entries in the request is over the limit.")
        }
        return readings
    }

    private static func invalid(_ what: String) -> ServiceProblem {
        ServiceProblem("ValidationException", "1 validation error detected: \(what)")
    }

    private static func reading(_ datum: Datum) throws(ServiceProblem) -> Reading {
        guard let map = datum.map else { throw ServiceProblem("SerializationException", "Start of structure expected") }
        func text(_ name: String) throws(ServiceProblem) -> String? {
            guard let value = map[name], !value.isNull else { return nil }
            guard let text = value.text else {
                throw ServiceProblem("SerializationException", "\(name) must be a string")
            }
            return text
        }
        var entry = PutEventsEntry(
            source: try text("Source") ?? "", detailType: try text("DetailType") ?? "", detail: try text("Detail") ?? ""
        )
        entry.bus = try text("EventBusName")
        entry.traceHeader = try text("TraceHeader")
        if let time = map["Time"], !time.isNull {
            guard let seconds = time.number, abs(seconds) < 1e12 else {
                throw ServiceProblem("SerializationException", "Time must be a number of seconds since 1970")
            }
            entry.time = Int64((seconds * 1000).rounded())
        }
        if let resources = map["Resources"], !resources.isNull {
            guard let list = resources.list, list.allSatisfy({ $0.text != nil }) else {
                throw ServiceProblem("SerializationException", "Resources must be a list of strings")
            }
            entry.resources = list.compactMap(\.text)
        }
        return problem(with: entry).map(Reading.failure) ?? .success(entry)
    }

    private static func problem(with entry: PutEventsEntry) -> EntryProblem? {
        if entry.source.isEmpty { return .missing("Source") }
        if entry.detailType.isEmpty { return .missing("DetailType") }
        if entry.detail.isEmpty { return .missing("Detail") }
        if entry.source.hasPrefix("aws.") {
            return EntryProblem("NotAuthorizedForSourceException", "Not authorized for the source.")
        }
        guard let detail = try? Datum(json: Array(entry.detail.utf8)), detail.map != nil else {
            return EntryProblem("MalformedDetail", "Detail is malformed.")
        }
        return nil
    }
}
