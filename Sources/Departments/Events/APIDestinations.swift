internal import AWSProtocol
internal import Core
internal import Records

/// Addresses outside the hub that rules send events to by HTTP.
struct APIDestinations: Sendable {
    static let kind = "api-destination"
    /// As EventBridge, where nothing is said.
    static let ratePerSecond = 300
    private static let methods = ["POST", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]
    private static let destinationsMax = 3000

    let shelf: RecordShelf

    var operations: [Operation] {
        let connection = Member("ConnectionArn", required: true, 1...1600)
        let endpoint = Member("InvocationEndpoint", required: true, 1...2048)
        let method = Member("HttpMethod", required: true, words: Self.methods)
        let others = [
            Member("Description", 0...512), Member("InvocationRateLimitPerSecond", .whole, 1...Int(Int32.max)),
        ]
        let optional = [
            Member("ConnectionArn", 1...1600), Member("InvocationEndpoint", 1...2048),
            Member("HttpMethod", words: Self.methods),
        ]
        return [
            Operation("CreateApiDestination", [Connections.name, connection, endpoint, method] + others, on: arns) {
                call throws(ServiceProblem) in try create(call)
            },
            Operation("UpdateApiDestination", [Connections.name] + optional + others, on: arns) {
                call throws(ServiceProblem) in try update(call)
            },
            Operation("DescribeApiDestination", [Connections.name], on: arns) { call throws(ServiceProblem) in
                let records = shelf.records
                return Self.shown(try Self.find(call["Name"], records), Self.described, records)
            },
            Operation("DeleteApiDestination", [Connections.name], on: arns) { call throws(ServiceProblem) in
                let name = call["Name"]
                try shelf.change { shelf in
                    _ = try Self.find(name, shelf.records)
                    shelf.records[Self.kind, name] = nil
                }
                return .null
            },
            Operation("ListApiDestinations", Connections.page + [Member("ConnectionArn", 1...1600)]) {
                call throws(ServiceProblem) in try list(call)
            },
        ]
    }

    // MARK: finding

    private func arns(_ call: Call) -> [String] {
        let known = shelf.records[Self.kind, call["Name"]]?["ApiDestinationArn"]?.text
        let own = [known ?? call.arn("events", "api-destination/\(call["Name"])")]
        // Whoever lets a connection's secrets go somewhere needs leave for the connection too.
        return own + (call.text("ConnectionArn").map { [$0] } ?? [])
    }

    private static func find(_ name: String, _ records: Records) throws(ServiceProblem) -> Datum {
        guard let destination = records[kind, name] else { throw EventsDesk.missing("ApiDestination \(name)") }
        return destination
    }

    /// The destination of an ARN: `...:api-destination/NAME/ID`.
    static func destination(_ arn: String, _ records: Records) -> Datum? {
        records.record(kind, arn: arn, in: "ApiDestinationArn")
    }

    // MARK: showing

    private static let state = ["ApiDestinationArn", "CreationTime", "LastModifiedTime"]
    private static let listed =
        state + ["Name", "ConnectionArn", "InvocationEndpoint", "HttpMethod", "InvocationRateLimitPerSecond"]
    private static let described = listed + ["Description"]

    /// With its state, which is its connection's.
    private static func shown(_ destination: Datum, _ names: [String], _ records: Records) -> Datum {
        var row = destination.only(names).map ?? DatumMap()
        let connection = Connections.connection(destination["ConnectionArn"]?.text ?? "", records)
        let isActive = connection?["ConnectionState"]?.text == Connections.authorized
        row["ApiDestinationState"] = isActive ? "ACTIVE" : "INACTIVE"
        return .map(row)
    }

    // MARK: changing

    /// What a request says of the destination, where that is possible.
    private func given(_ call: Call) throws(ServiceProblem) -> [(String, Datum)] {
        if let endpoint = call.text("InvocationEndpoint"), EndpointAddress(parsing: endpoint) == nil {
            throw ServiceProblem(
                "ValidationException",
                "InvocationEndpoint \(endpoint) is no address: write http:// or https://, a host and a path."
            )
        }
        let names = [
            "Description", "ConnectionArn", "InvocationEndpoint", "HttpMethod", "InvocationRateLimitPerSecond",
        ]
        return names.compactMap { name in call.input[name].map { (name, $0) } }
    }

    private static func needConnection(_ call: Call, _ records: Records) throws(ServiceProblem) {
        guard let arn = call.text("ConnectionArn"), Connections.connection(arn, records) == nil else { return }
        throw EventsDesk.missing("Connection \(arn)")
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["Name"]
        let now = EventsDesk.now
        var made = DatumMap([
            ("Name", .text(name)),
            ("ApiDestinationArn", .text(call.arn("events", "api-destination/\(name)/\(UniqueID.random())"))),
            ("InvocationRateLimitPerSecond", .whole(Self.ratePerSecond)), ("CreationTime", now),
            ("LastModifiedTime", now),
        ])
        for (name, value) in try given(call) { made[name] = value }
        let destination = Datum.map(made)
        return try shelf.change { shelf in
            guard shelf.records[Self.kind, name] == nil else {
                throw ServiceProblem("ResourceAlreadyExistsException", "ApiDestination \(name) already exists.")
            }
            try Self.needConnection(call, shelf.records)
            guard shelf.records.count(Self.kind) < Self.destinationsMax else {
                throw ServiceProblem("LimitExceededException", "There may be \(Self.destinationsMax) API destinations.")
            }
            shelf.records[Self.kind, name] = destination
            return Self.shown(destination, Self.state, shelf.records)
        }
    }

    private func update(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["Name"]
        let given = try given(call)
        let now = EventsDesk.now
        return try shelf.change { shelf in
            var destination = try Self.find(name, shelf.records).map ?? DatumMap()
            try Self.needConnection(call, shelf.records)
            for (name, value) in given { destination[name] = value }
            destination["LastModifiedTime"] = now
            shelf.records[Self.kind, name] = .map(destination)
            return Self.shown(.map(destination), Self.state, shelf.records)
        }
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = shelf.records
        let part = try RecordPart(Self.kind, of: records, call, by: ["ConnectionArn"])
        let rows = part.rows.map { Self.shown($0, Self.listed, records) }
        return ["ApiDestinations": .list(rows), "NextToken": part.next]
    }
}
