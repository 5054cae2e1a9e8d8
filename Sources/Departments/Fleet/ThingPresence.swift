internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Whether a thing is at the broker, or since when it is not.
struct ThingPresence: Sendable {
    let desk: FleetDesk

    /// What is written down of a thing that was there once.
    struct Connection: Hashable, Sendable {
        static let columns = "connected, at, reason, version, seconds, clean, client"
        let isConnected: Bool
        let milliseconds: Int
        let reason: String?
        let version: Int
        let keepAliveSeconds: Int
        let isClean: Bool
        let client: String

        /// Nil where the thing was never there. `first`: the column with which it begins.
        init?(_ row: Statement, from first: Int) {
            guard !row.isNull(first) else { return nil }
            isConnected = row.int(first) != 0
            milliseconds = Int(row.int(first + 1))
            reason = row.isNull(first + 2) ? nil : row.text(first + 2)
            version = Int(row.int(first + 3))
            keepAliveSeconds = Int(row.int(first + 4))
            isClean = row.int(first + 5) != 0
            client = row.text(first + 6)
        }

        /// As an index tells it.
        var told: Datum {
            [
                "connected": .bool(isConnected), "timestamp": .whole(milliseconds),
                "disconnectReason": reason.map(Datum.text) ?? .null, "keepAliveDuration": .whole(keepAliveSeconds),
                "cleanSession": .bool(isClean), "clientId": .text(client),
            ]
        }
    }

    var operations: [Operation] {
        [
            Operation(
                "GetThingConnectivityData", [Things.name, Member("includeSocketInformation", .flag)],
                at: RestPlace("POST", "/things/{thingName}/connectivity-data"), on: FleetDesk.on("thing", "thingName")
            ) { call throws(ServiceProblem) in
                guard IndexSettings(desk.shelf.records).hasConnectivity else {
                    throw ServiceProblem(
                        "IndexNotReadyException",
                        "connectivity is not indexed: set thingConnectivityIndexingMode with UpdateIndexingConfiguration"
                    )
                }
                return try find(call["thingName"], call)
            }
        ]
    }

    private func find(_ name: String, _ call: Call) throws(ServiceProblem) -> Datum {
        let connection = try desk.shelf.consult { database in
            guard try Things.find(name, database) != nil else { throw FleetProblem.missing("Thing \(name)") }
            let columns = Connection.columns
            return try database.rows("SELECT \(columns) FROM connections WHERE thing = ?", [.text(name)]) {
                Connection($0, from: 0)
            }.first.flatMap { $0 }
        }
        guard let connection else {
            throw FleetProblem.missing("Connectivity of thing \(name), which was never connected,")
        }
        var answer = connection.told.map ?? DatumMap()
        answer["thingName"] = .text(name)
        answer["timestamp"] = call.time(Int64(connection.milliseconds))
        return .map(answer)
    }
}
