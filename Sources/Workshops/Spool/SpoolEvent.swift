package import AWSEvents
package import Core
internal import JSON

/// An event on its way: what it says, what it is worth, and what it is known by.
package struct SpoolEvent: Hashable, Sendable {
    package let id: String
    package let rank: SpoolRank
    /// When it was posted, in milliseconds since 1970.
    package let wall: Int64
    /// With the id in its detail, and a time.
    package let entry: PutEventsEntry

    /// `entry.detail` must be the text of a JSON object. One that carries an id already keeps it.
    package init(_ entry: PutEventsEntry, rank: SpoolRank, wall: Int64) throws(Fault) {
        guard let detail = try? Datum(json: Array(entry.detail.utf8)), detail.map != nil else {
            throw Fault(.invalid, "the detail of an event of \(entry.source) is no JSON object")
        }
        var entry = entry
        let known = detail[EventID.key]?.text.flatMap { $0.isEmpty || $0.utf8.count > 64 ? nil : $0 }
        id = known ?? EventID.make(wall: wall)
        if known == nil { entry.detail = EventID.marked(entry.detail, id) }
        if entry.time == nil { entry.time = wall }
        guard entry.weight <= PutEvents.weightMax else {
            throw Fault(
                .exhausted,
                "an event of \(entry.source) has \(entry.weight) bytes; at most \(PutEvents.weightMax) can be sent")
        }
        self.rank = rank
        self.wall = wall
        self.entry = entry
    }

    /// What it costs where it waits, nearly.
    var bytes: Int { entry.weight + 200 }

    package init(
        source: String, detailType: String, detail: DatumMap, rank: SpoolRank, wall: Int64, bus: String? = nil,
        resources: [String] = []
    ) throws(Fault) {
        let text = String(decoding: Datum.map(detail).json, as: UTF8.self)
        try self.init(
            PutEventsEntry(
                source: source, detailType: detailType, detail: text, bus: bus, resources: resources),
            rank: rank, wall: wall)
    }
}
