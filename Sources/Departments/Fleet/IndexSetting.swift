internal import AWSProtocol
internal import Core
internal import Records

/// Turning indexes on and off. There is nothing to build: a search reads the registry's own tables, so it is there at once and
/// never old.
struct IndexSetting: Sendable {
    let desk: FleetDesk
    private static let customMax = 100
    private static let shadowsMax = 10
    static let name = FleetDesk.named("indexName")
    static let on: Operation.Resources = { call in
        [call.arn("iot", "index/\(call.text("indexName") ?? IndexSettings.things)")]
    }

    private static var fields: Shape {
        .list(
            .structure([
                Member("name", required: true, 1...1024),
                Member("type", required: true, words: ["Number", "String", "Boolean"]),
            ]))
    }

    private static var members: [Member] {
        let filter = Shape.structure([
            Member("namedShadowNames", .list(.text), 0...shadowsMax), Member("geoLocations", .list(.anything)),
            Member("connectivity", .structure([Member("includeSocketInformation", .list(.text))])),
        ])
        let things = Shape.structure([
            Member("thingIndexingMode", required: true, words: ["OFF", "REGISTRY", "REGISTRY_AND_SHADOW"]),
            Member("thingConnectivityIndexingMode", words: ["OFF", "STATUS"]),
            Member("deviceDefenderIndexingMode", words: ["OFF", "VIOLATIONS"]),
            Member("namedShadowIndexingMode", words: ["OFF", "ON"]), Member("managedFields", fields),
            Member("customFields", fields, 0...customMax), Member("filter", filter),
        ])
        let groups = Shape.structure([
            Member("thingGroupIndexingMode", required: true, words: ["OFF", "ON"]), Member("managedFields", fields),
            Member("customFields", fields, 0...customMax),
        ])
        return [Member("thingIndexingConfiguration", things), Member("thingGroupIndexingConfiguration", groups)]
    }

    var operations: [Operation] {
        [
            Operation("UpdateIndexingConfiguration", Self.members, at: RestPlace("POST", "/indexing/config")) {
                call throws(ServiceProblem) in
                try update(call)
                return .null
            },
            Operation("GetIndexingConfiguration", at: RestPlace("GET", "/indexing/config")) { _ in
                IndexSettings(desk.shelf.records).told
            },
            Operation(
                "DescribeIndex", [FleetDesk.named("indexName", required: true)],
                at: RestPlace("GET", "/indices/{indexName}"), on: Self.on
            ) { call throws(ServiceProblem) in
                let settings = IndexSettings(desk.shelf.records)
                let name = try Self.index(call, settings)
                return [
                    "indexName": .text(name), "indexStatus": "ACTIVE", "schema": .text(settings.schema(of: name)),
                ]
            },
            Operation(
                "ListIndices", [Member("nextToken", 0...4096), Member("maxResults", .whole, 1...500)],
                at: RestPlace("GET", "/indices", asking: ["nextToken", "maxResults"])
            ) { call throws(ServiceProblem) in
                let (names, next) = try Paging.part(
                    IndexSettings(desk.shelf.records).names, token: call.text("nextToken"),
                    limit: call.whole("maxResults") ?? 25, invalid: "InvalidRequestException")
                return ["indexNames": .list(names.map(Datum.text)), "nextToken": next.map(Datum.text) ?? .null]
            },
        ]
    }

    /// The index that a call names, or the one of things; it has to be turned on.
    static func index(_ call: Call, _ settings: IndexSettings) throws(ServiceProblem) -> String {
        let name = call.text("indexName") ?? IndexSettings.things
        guard settings.names.contains(name) else {
            throw ServiceProblem(
                "ResourceNotFoundException",
                "Index \(name) does not exist. Please enable index by calling UpdateIndexingConfiguration", status: 404)
        }
        return name
    }

    private func update(_ call: Call) throws(ServiceProblem) {
        let (things, groups) = (
            call.input["thingIndexingConfiguration"]?.map, call.input["thingGroupIndexingConfiguration"]?.map
        )
        try desk.shelf.change { work in
            for (name, settings) in [(IndexSettings.things, things), (IndexSettings.groups, groups)] {
                guard var settings else { continue }
                // They are the hub's to say.
                settings["managedFields"] = Datum?.none
                work.records[IndexSettings.kind, name] = .map(settings)
            }
            let settings = IndexSettings(work.records)
            try Self.check(settings)
        }
    }

    // MARK: what goes together

    private static func check(_ settings: IndexSettings) throws(ServiceProblem) {
        let thing = settings.thing
        guard thing["deviceDefenderIndexingMode"]?.text != "VIOLATIONS" else {
            throw FleetProblem.invalid("violations are not indexed: there is no Device Defender here")
        }
        guard thing["filter"]?["geoLocations"]?.list?.isEmpty ?? true,
            thing["filter"]?["connectivity"]?["includeSocketInformation"]?.list?.isEmpty ?? true
        else {
            throw FleetProblem.invalid("of filter, namedShadowNames alone is offered")
        }
        let isNamed = thing["namedShadowIndexingMode"]?.text == "ON"
        guard
            settings.hasThings || !settings.hasConnectivity && !isNamed && settings.custom(IndexSettings.things).isEmpty
        else {
            throw FleetProblem.invalid("where thingIndexingMode is OFF nothing else of things can be indexed")
        }
        guard !isNamed || !settings.shadowNames.isEmpty else {
            throw FleetProblem.invalid("filter.namedShadowNames has to say which named shadows are indexed")
        }
        for name in settings.shadowNames { _ = try ShadowKey("any", name) }
        guard settings.hasGroups || settings.custom(IndexSettings.groups).isEmpty else {
            throw FleetProblem.invalid("where thingGroupIndexingMode is OFF there are no custom fields")
        }
        try checkFields(settings, IndexSettings.things)
        try checkFields(settings, IndexSettings.groups)
    }

    private static func checkFields(_ settings: IndexSettings, _ index: String) throws(ServiceProblem) {
        var seen = Set(settings.managed(index).map(\.name))
        for (name, _) in settings.custom(index) {
            guard seen.insert(name).inserted else {
                throw FleetProblem.invalid("\(name.prefix(200)) is a managed field, or named twice")
            }
            guard isIndexed(name, settings, index) else {
                throw FleetProblem.invalid(
                    "\(name.prefix(200)) is not indexed: custom fields are attributes.NAME, and shadow.desired.NAME or the like where shadows are indexed"
                )
            }
        }
    }

    private static func isIndexed(_ name: String, _ settings: IndexSettings, _ index: String) -> Bool {
        if name.hasPrefix("attributes.") { return true }
        guard index == IndexSettings.things else { return false }
        if name.hasPrefix("shadow.name.") {
            return settings.shadowNames.contains { name.hasPrefix("shadow.name.\($0).") }
        }
        return settings.hasShadows && name.hasPrefix("shadow.")
    }
}
