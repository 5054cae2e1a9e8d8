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
        let known = Self.known(detail[EventID.key])
        let id = known ?? EventID.make(wall: wall)
        var entry = entry
        if known == nil { entry.detail = EventID.marked(entry.detail, id) }
        try self.init(marked: entry, id, rank, wall)
    }

    /// Nothing is parsed here: this is for those who have no time.
    package init(
        source: String, detailType: String, detail: DatumMap, rank: SpoolRank, wall: Int64, bus: String? = nil,
        resources: [String] = []
    ) throws(Fault) {
        let known = Self.known(detail[EventID.key])
        let id = known ?? EventID.make(wall: wall)
        let text = String(decoding: Datum.map(detail).json, as: UTF8.self)
        let entry = PutEventsEntry(
            source: source, detailType: detailType, detail: known == nil ? EventID.marked(text, id) : text, bus: bus,
            resources: resources)
        try self.init(marked: entry, id, rank, wall)
    }

    private init(marked entry: PutEventsEntry, _ id: String, _ rank: SpoolRank, _ wall: Int64) throws(Fault) {
        guard entry.weight + Self.timeWeight <= PutEvents.weightMax else {
            throw Fault(
                .exhausted,
                "an event of \(entry.source) has \(entry.weight) bytes; at most \(PutEvents.weightMax) can be sent")
        }
        self.id = id
        self.rank = rank
        self.wall = wall
        var entry = entry
        if entry.time == nil { entry.time = wall }
        self.entry = entry
    }

    private static let timeWeight = 14
    private static let idBytesMax = 64

    private static func known(_ id: Datum?) -> String? {
        id?.text.flatMap { $0.isEmpty || $0.utf8.count > idBytesMax ? nil : $0 }
    }

    /// What it costs where it waits, nearly.
    var bytes: Int { entry.weight + 200 }
}
