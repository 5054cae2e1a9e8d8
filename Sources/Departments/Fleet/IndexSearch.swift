internal import AWSProtocol
internal import Core
internal import JSON
internal import Records

/// Looking for things, or groups, by what they are.
struct IndexSearch: Sendable {
    let desk: FleetDesk
    static let version = "2017-09-30"
    /// What every question to an index has.
    static let question = [
        IndexSetting.name, Member("queryString", required: true, 1...10_000), Member("queryVersion", 0...64),
    ]
    private static let usual = 100
    private static let most = 250
    private static let told = ["thingName", "thingId", "thingTypeName", "thingGroupNames", "attributes"]
    private static let toldOfGroups = [
        "thingGroupName", "thingGroupId", "thingGroupDescription", "attributes", "parentGroupNames",
    ]

    var operations: [Operation] {
        [
            Operation(
                "SearchIndex",
                Self.question + [Member("nextToken", 0...4096), Member("maxResults", .whole, 1...Self.most)],
                at: RestPlace("POST", "/indices/search"), on: IndexSetting.on
            ) { call throws(ServiceProblem) in try search(call) }
        ]
    }

    /// What is asked, of which index.
    static func asked(_ call: Call, _ desk: FleetDesk) throws(ServiceProblem) -> (FleetQuery, IndexDocuments) {
        let settings = IndexSettings(desk.shelf.records)
        let index = try IndexSetting.index(call, settings)
        guard call.text("queryVersion") ?? version == version else {
            throw FleetProblem.invalid("queries are of version \(version)")
        }
        do throws(QueryRefusal) {
            let query = try FleetQuery(parsing: call["queryString"])
            return (query, IndexDocuments(shelf: desk.shelf, settings: settings, index: index))
        } catch { throw ServiceProblem("InvalidQueryException", "Invalid query: \(error.reason)") }
    }

    private func search(_ call: Call) throws(ServiceProblem) -> Datum {
        let (query, documents) = try Self.asked(call, desk)
        let limit = call.whole("maxResults") ?? Self.usual
        var start = ""
        if let token = call.text("nextToken") { start = try Paging.key(in: token, "InvalidRequestException") }
        var found: [IndexDocuments.Document] = []
        // One more than fits tells that there is another part.
        try documents.search(query, after: start, withShadows: true) { document in
            found.append(document)
            return found.count <= limit
        }
        let isGroups = documents.index == IndexSettings.groups
        let rows = found.prefix(limit).map { isGroups ? Self.group($0.body) : Self.thing($0.body) }
        return [
            isGroups ? "thingGroups" : "things": .list(rows),
            "nextToken": found.count > limit ? .text(Paging.token(after: found[limit - 1].name)) : .null,
        ]
    }

    private static func thing(_ body: DatumMap) -> Datum {
        var row = part(of: body, told)
        if let shadow = body["shadow"] { row["shadow"] = .text(String(decoding: shadow.json, as: UTF8.self)) }
        var connectivity = body["connectivity"]?.map
        connectivity?["version"] = Datum?.none
        row["connectivity"] = connectivity.map { .map($0) }
        return .map(row)
    }

    private static func group(_ body: DatumMap) -> Datum { .map(part(of: body, toldOfGroups)) }

    private static func part(of body: DatumMap, _ names: [String]) -> DatumMap {
        var part = DatumMap()
        for name in names { part[name] = body[name] }
        return part
    }
}
