internal import Core
internal import Database
internal import JSON
internal import Records

/// Things or groups as a search sees them, some hundred at a time.
///
/// There is no index beside the tables: a search reads them, in the order of their names, until it has what it looks for. At worst
/// that is all of them: for 10,000 things some 0.1 s of one worker, and about a second where their shadows are asked for, which
/// are parsed one by one; and as much memory as a part takes. Who asks for leave reads the same tables, so nothing is parsed or
/// compared while they are held.
struct IndexDocuments: Sendable {
    let shelf: RecordShelf
    let settings: IndexSettings
    let index: String
    private static let part = 500

    /// One thing or group by its name, and what is searched of it.
    struct Document: Sendable {
        let name: String
        var body: DatumMap
    }

    /// Those behind a name that a query asks for, until `take` has had enough. `withShadows`: shadows are wanted of those that fit,
    /// whether the query looks at them or not.
    func search(
        _ query: FleetQuery, after start: String = "", withShadows: Bool,
        _ take: (Document) throws(ServiceProblem) -> Bool
    ) throws(ServiceProblem) {
        let looksAtShadows = query.looks(at: "shadow")
        var last: String? = start
        while let place = last {
            let part = try shelf.read { database throws(Fault) in try documents(after: place, database) }
            last = part.count < Self.part ? nil : part.last?.name
            var found = looksAtShadows ? try shaded(part) : part
            found = found.filter { query.matches(.map($0.body)) }
            if withShadows, !looksAtShadows { found = try shaded(found) }
            for document in found where try !take(document) { return }
        }
    }

    private func documents(after place: String, _ database: Database) throws(Fault) -> [Document] {
        index == IndexSettings.groups ? try groups(after: place, database) : try things(after: place, database)
    }

    // MARK: things

    private func things(after place: String, _ database: Database) throws(Fault) -> [Document] {
        try database.rows(
            """
            SELECT things.name, things.id, type, attributes, things.version,
                (SELECT json_group_array(grp) FROM members WHERE members.thing = things.name),
                connections.connected, at, reason, connections.version, seconds, clean, client
            FROM things LEFT JOIN connections ON connections.thing = things.name
            WHERE things.name > ? ORDER BY things.name LIMIT ?
            """, [.text(place), .int(Int64(Self.part))]
        ) { row throws(Fault) in
            let (name, groups) = (row.text(0), try row.datum(5))
            var body: DatumMap = [
                "thingName": .text(name), "thingId": .text(row.text(1)), "attributes": try row.datum(3),
            ]
            var registry: DatumMap = ["version": .whole(Int(row.int(4)))]
            if !row.isNull(2) {
                body["thingTypeName"] = .text(row.text(2))
                registry["thingTypeName"] = .text(row.text(2))
            }
            if !(groups.list?.isEmpty ?? true) {
                body["thingGroupNames"] = groups
                registry["thingGroupNames"] = groups
            }
            body["registry"] = .map(registry)
            if settings.hasConnectivity { body["connectivity"] = ThingPresence.Connection(row, from: 6)?.indexed }
            return Document(name: name, body: body)
        }
    }

    /// A row of the table of shadows.
    private struct Shadow: Sendable {
        let thing: String
        let name: String
        let version: Int
        let seconds: Int
        let body: [UInt8]
    }

    /// With the shadows that are searched.
    private func shaded(_ documents: [Document]) throws(ServiceProblem) -> [Document] {
        guard index == IndexSettings.things, settings.hasShadows || !settings.shadowNames.isEmpty else {
            return documents
        }
        var shadows: [String: DatumMap] = [:]
        // The one without a name comes first.
        for row in try self.shadows(of: documents) {
            let shadow: Datum
            do throws(Fault) {
                let body = try Datum(json: row.body, named: "a shadow of \(row.thing)")
                shadow = .map(ShadowDocument(body, version: row.version).indexed(at: row.seconds))
            } catch { throw ServiceProblem(error) }
            if row.name.isEmpty {
                shadows[row.thing] = shadow.map
            } else {
                var named = shadows[row.thing]?["name"]?.map ?? DatumMap()
                named[row.name] = shadow
                shadows[row.thing, default: DatumMap()]["name"] = .map(named)
            }
        }
        return documents.map { document in
            var document = document
            document.body["shadow"] = shadows[document.name].map { .map($0) }
            return document
        }
    }

    private func shadows(of documents: [Document]) throws(ServiceProblem) -> [Shadow] {
        guard let first = documents.first?.name, let last = documents.last?.name else { return [] }
        let wanted = Set(documents.map(\.name))
        let (names, hasUnnamed) = (Set(settings.shadowNames), settings.hasShadows)
        return try shelf.read { database throws(Fault) in
            var rows: [Shadow] = []
            try database.forEachRow(
                """
                SELECT thing, name, version, modified, body FROM shadows
                WHERE thing >= ? AND thing <= ? AND body IS NOT NULL ORDER BY thing, name
                """, [.text(first), .text(last)]
            ) { row throws(Fault) in
                let (thing, name) = (row.text(0), row.text(1))
                if wanted.contains(thing), name.isEmpty ? hasUnnamed : names.contains(name) {
                    rows.append(
                        Shadow(
                            thing: thing, name: name, version: Int(row.int(2)), seconds: Int(row.int(3) / 1000),
                            body: row.blob(4)))
                }
                return true
            }
            return rows
        }
    }

    // MARK: groups

    private func groups(after place: String, _ database: Database) throws(Fault) -> [Document] {
        let names = try database.rows(
            "SELECT name FROM groups WHERE name > ? ORDER BY name LIMIT ?", [.text(place), .int(Int64(Self.part))]
        ) { $0.text(0) }
        var documents: [Document] = []
        for name in names {
            guard let group = try ThingGroups.find(name, database) else { continue }
            let above = try ThingGroups.ancestors(of: group, database).map { Datum.text($0.name) }
            var body: DatumMap = [
                "thingGroupName": .text(name), "thingGroupId": .text(group.id), "attributes": .map(group.attributes),
                "version": .whole(Int(group.version)),
            ]
            body["description"] = group.description.map(Datum.text)
            body["thingGroupDescription"] = body["description"]
            body["parentGroupNames"] = above.isEmpty ? nil : .list(above)
            documents.append(Document(name: name, body: body))
        }
        return documents
    }
}

extension ShadowDocument {
    /// As an index tells it.
    func indexed(at seconds: Int) -> DatumMap {
        let told = told(at: seconds)
        var shadow = told["state"]?.map ?? DatumMap()
        shadow["metadata"] = told["metadata"]
        shadow["hasDelta"] = .bool(delta != nil)
        shadow["version"] = .whole(version)
        shadow["timestamp"] = .whole(seconds)
        return shadow
    }
}

extension ThingPresence.Connection {
    /// As it is searched, which is more than is told.
    var indexed: Datum {
        var body = told.map ?? DatumMap()
        body["version"] = .whole(version)
        return .map(body)
    }
}
