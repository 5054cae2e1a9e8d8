internal import AWSProtocol
package import Core
internal import Database
internal import JSON
internal import Records

/// What each thing is wanted to be, and says it is.
struct Shadows: Sendable {
    let desk: FleetDesk
    private static let shadow = Member("shadowName", 1...64)

    var operations: [Operation] {
        let on: Operation.Resources = { call in
            let name = call.text("shadowName").map { "/\($0)" } ?? ""
            return [call.arn("iot", "thing/\(call["thingName"])\(name)")]
        }
        let place = "/things/{thingName}/shadow"
        let query = ["name": "shadowName"]
        return [
            Operation(
                "GetThingShadow", [Things.name, Self.shadow],
                at: RestPlace("GET", place, query: query, payload: "payload"), on: on
            ) { call throws(ServiceProblem) in Self.payload(try desk.shadow(Self.key(call))) },
            Operation(
                "UpdateThingShadow", [Things.name, Self.shadow, Member("payload", .blob, required: true)],
                at: RestPlace("POST", place, query: query, payload: "payload"), on: on
            ) { call throws(ServiceProblem) in
                Self.payload(try desk.updateShadow(try Self.key(call), call.blob("payload") ?? []))
            },
            Operation(
                "DeleteThingShadow", [Things.name, Self.shadow],
                at: RestPlace("DELETE", place, query: query, payload: "payload"), on: on
            ) { call throws(ServiceProblem) in Self.payload(try desk.deleteShadow(try Self.key(call))) },
            Operation(
                "ListNamedShadowsForThing",
                [Things.name, Member("nextToken", 0...4096), Member("pageSize", .whole, 1...100)],
                at: RestPlace(
                    "GET", "/api/things/shadow/ListNamedShadowsForThing/{thingName}", asking: ["nextToken", "pageSize"]),
                on: on
            ) { call throws(ServiceProblem) in
                let list = try TablePage(
                    desk.shelf, call,
                    "SELECT name AS key FROM shadows WHERE thing = ?1 AND name <> '' AND body IS NOT NULL",
                    [.text(call["thingName"])]
                ) { .text($0.text(0)) }
                return [
                    "results": .list(list.rows), "nextToken": list.next,
                    "timestamp": .whole(Int(WallClock.milliseconds / 1000)),
                ]
            },
        ]
    }

    private static func key(_ call: Call) throws(ServiceProblem) -> ShadowKey {
        try ShadowKey(call["thingName"], call.text("shadowName"))
    }

    private static func payload(_ document: DatumMap) -> Datum {
        ["payload": .text(Base64.text(Datum.map(document).json))]
    }
}

/// Which shadow of which thing.
package struct ShadowKey: Hashable, Sendable {
    package let thing: String
    /// Empty for the one without a name.
    package let name: String
    private static let marks = "$:_-"
    private static let nameBytesMax = 64

    package init(_ thing: String, _ name: String?) throws(ServiceProblem) {
        guard (1...128).contains(thing.utf8.count), thing.isMadeOfLetters(and: FleetDesk.nameMarks) else {
            throw FleetProblem.invalid("Thing name is not valid")
        }
        guard name?.isMadeOfLetters(and: Self.marks) ?? true, name != "", name?.utf8.count ?? 0 <= Self.nameBytesMax
        else {
            throw FleetProblem.invalid("Shadow name is not valid")
        }
        self.thing = thing
        self.name = name ?? ""
    }
}

extension FleetDesk {
    /// Of a shadow, and of what somebody sends for it.
    package static let shadowBytesMax = 8192

    package func shadow(_ key: ShadowKey) throws(ServiceProblem) -> DatumMap {
        let found = try shelf.read { database throws(Fault) in try Self.shadow(key, database) }
        guard let document = found?.document else { throw Self.missing(key) }
        return document.told(at: Self.seconds)
    }

    /// Of what the hub wishes of a thing in its own shadow, and of that shadow with all that the thing says of it.
    package static let wishBytesMax = 1 << 18
    /// The shadow in which things are told what to install: AWS's devices know it by this name.
    package static let wishShadow = "AWSManagedGreengrassV2Deployment"

    /// Takes in what somebody sent, and answers what came of it.
    package func updateShadow(
        _ key: ShadowKey, _ payload: [UInt8], bytesMax: Int = shadowBytesMax
    ) throws(ServiceProblem) -> DatumMap {
        guard payload.count <= bytesMax else {
            throw ShadowDocument.tooLarge
        }
        guard let datum = try? Datum(json: payload) else { throw FleetProblem.invalid("Payload contains invalid json") }
        let change = try ShadowDocument.Change(datum)
        let (answer, before, document) = try shelf.change { work in
            let known = try Self.shadow(key, work.database)
            var document = known?.document ?? ShadowDocument(.null, version: known?.version ?? 0)
            let answer = try document.apply(
                change, at: Self.seconds,
                bytesMax: key.name == Self.wishShadow ? Self.wishBytesMax : Self.shadowBytesMax)
            try work.database.run(
                """
                INSERT INTO shadows VALUES(?1, ?2, ?3, ?4, ?5)
                ON CONFLICT DO UPDATE SET version = ?3, modified = ?4, body = ?5
                """,
                [
                    .text(key.thing), .text(key.name), .int(Int64(document.version)), .now,
                    .bytes(document.body.json),
                ])
            return (answer, known?.document, document)
        }
        announce(key, answer, from: before, to: document)
        if change.state["reported"] != nil, let reported = document.reported { try tell(hearer: key, reported) }
        return answer
    }

    /// What is wanted of a thing, and what it last said.
    package func sides(of key: ShadowKey) throws(ServiceProblem) -> (desired: Datum?, reported: Datum?) {
        try shelf.read { database throws(Fault) in
            let document = try Self.shadow(key, database)?.document
            return (document?.desired, document?.reported)
        }
    }

    /// `clientToken` is that of whoever asked by message: it knows its answer by it.
    package func deleteShadow(_ key: ShadowKey, clientToken: Datum? = nil) throws(ServiceProblem) -> DatumMap {
        let version = try shelf.change { work in
            guard let known = try Self.shadow(key, work.database), known.document != nil else {
                throw Self.missing(key)
            }
            // The count goes on, so that a device that was away knows old from new.
            try work.database.run(
                "UPDATE shadows SET body = NULL, version = version + 1 WHERE thing = ? AND name = ?",
                [.text(key.thing), .text(key.name)])
            return known.version
        }
        let answer: DatumMap = ["version": .whole(version), "timestamp": .whole(Self.seconds)]
        var told = answer
        told["clientToken"] = clientToken
        tell(.map(told), under: topic(of: key) + "delete/accepted")
        return answer
    }

    private static var seconds: Int { Int(WallClock.milliseconds / 1000) }

    private static func missing(_ key: ShadowKey) -> ServiceProblem {
        let name = key.name.isEmpty ? key.thing : "\(key.thing)~\(key.name)"
        return ServiceProblem("ResourceNotFoundException", "No shadow exists with name: '\(name)'", status: 404)
    }

    /// The version goes on after a shadow is gone; the document is nil then.
    private static func shadow(
        _ key: ShadowKey, _ database: Database
    ) throws(Fault) -> (version: Int, document: ShadowDocument?)? {
        try database.rows(
            "SELECT version, body FROM shadows WHERE thing = ? AND name = ?", [.text(key.thing), .text(key.name)]
        ) { row throws(Fault) -> (version: Int, document: ShadowDocument?) in
            let version = Int(row.int(0))
            let body = try row.datum(1)
            return (version, row.isNull(1) ? nil : ShadowDocument(body, version: version))
        }.first
    }
}
