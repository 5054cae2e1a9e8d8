internal import AWSProtocol
internal import Core
internal import Crypto
internal import Records

/// By what API destinations let events in. What is secret of a connection lies sealed, and is never told.
///
/// Other than with AWS, no secret of the secrets manager stands behind a connection, and it is authorized at once.
struct Connections: Sendable {
    static let kind = "connection"
    static let authorized = "AUTHORIZED"
    private static let deauthorized = "DEAUTHORIZED"
    private static let states = [
        "CREATING", "UPDATING", "DELETING", authorized, deauthorized, "AUTHORIZING", "DEAUTHORIZING", "ACTIVE",
        "FAILED_CONNECTIVITY",
    ]
    private static let connectionsMax = 3000
    static let name = Member("Name", required: true, 1...64, marks: "._-")
    static let page = [
        Member("NamePrefix", .text, 1...64, marks: "._-"), Member("NextToken", 1...2048),
        Member("Limit", .whole, 1...100),
    ]

    let shelf: RecordShelf
    let seal: SealingKey

    var operations: [Operation] {
        let kind = Member("AuthorizationType", words: ConnectionCredentials.Kind.allCases.map(\.rawValue))
        let required = Member("AuthorizationType", required: true, words: kind.words)
        let credentials = ConnectionCredentials.member
        let others = [
            Member("Description", 0...512), Member("InvocationConnectivityParameters", .anything),
            Member("KmsKeyIdentifier", 0...2048),
        ]
        return [
            Operation(
                "CreateConnection",
                [Self.name, required, Member(credentials.name, credentials.shape, required: true)] + others, on: arns
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("UpdateConnection", [Self.name, kind, credentials] + others, on: arns) {
                call throws(ServiceProblem) in try update(call)
            },
            Operation("DescribeConnection", [Self.name], on: arns) { call throws(ServiceProblem) in
                try Self.find(call["Name"], shelf.records).only(Self.described)
            },
            Operation("DeauthorizeConnection", [Self.name], on: arns) { call throws(ServiceProblem) in
                try deauthorize(call)
            },
            Operation("DeleteConnection", [Self.name], on: arns) { call throws(ServiceProblem) in try delete(call) },
            Operation("ListConnections", Self.page + [Member("ConnectionState", words: Self.states)]) {
                call throws(ServiceProblem) in try list(call)
            },
        ]
    }

    // MARK: finding

    private func arns(_ call: Call) -> [String] {
        let known = shelf.records[Self.kind, call["Name"]]?["ConnectionArn"]?.text
        return [known ?? call.arn("events", "connection/\(call["Name"])")]
    }

    private static func find(_ name: String, _ records: Records) throws(ServiceProblem) -> Datum {
        guard let connection = records[kind, name] else { throw EventsDesk.missing("Connection \(name)") }
        return connection
    }

    /// The connection of an ARN: `...:connection/NAME/ID`.
    static func connection(_ arn: String, _ records: Records) -> Datum? {
        records.record(kind, arn: arn, in: "ConnectionArn")
    }

    // MARK: showing

    private static let state = ["ConnectionArn", "ConnectionState", "CreationTime", "LastModifiedTime"]
    private static let changed = state + ["LastAuthorizedTime"]
    private static let listed = changed + ["Name", "AuthorizationType"]
    private static let described = listed + ["Description", "AuthParameters"]

    // MARK: changing

    private func refuseStrangers(_ call: Call) throws(ServiceProblem) {
        guard call.input["InvocationConnectivityParameters"] == nil else {
            throw ServiceProblem(
                "ValidationException",
                "Private connections are not offered by this hub: leave InvocationConnectivityParameters out.")
        }
        guard call.text("KmsKeyIdentifier") ?? "" == "" else {
            throw ServiceProblem(
                "ValidationException", "This hub seals connections with its own key: leave KmsKeyIdentifier out.")
        }
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        try refuseStrangers(call)
        let name = call["Name"]
        guard let kind = ConnectionCredentials.Kind(rawValue: call["AuthorizationType"]) else { return .null }
        let credentials = try ConnectionCredentials(kind, given: call.input["AuthParameters"] ?? .null, over: nil)
        let arn = call.arn("events", "connection/\(name)/\(UniqueID.random())")
        let now = EventsDesk.now
        var made = DatumMap([
            ("Name", .text(name)), ("ConnectionArn", .text(arn)), ("Description", call.input["Description"] ?? .null),
            ("CreationTime", now), ("LastModifiedTime", now),
        ])
        authorize(&made, credentials, arn, now)
        let connection = Datum.map(made)
        try shelf.change { shelf in
            guard shelf.records[Self.kind, name] == nil else {
                throw ServiceProblem("ResourceAlreadyExistsException", "Connection \(name) already exists.")
            }
            guard shelf.records.count(Self.kind) < Self.connectionsMax else {
                throw ServiceProblem("LimitExceededException", "There may be \(Self.connectionsMax) connections.")
            }
            shelf.records[Self.kind, name] = connection
        }
        return connection.only(Self.state)
    }

    private func authorize(
        _ connection: inout DatumMap, _ credentials: ConnectionCredentials, _ arn: String, _ now: Datum
    ) {
        connection["ConnectionState"] = .text(Self.authorized)
        connection["AuthorizationType"] = .text(credentials.kind.rawValue)
        connection["AuthParameters"] = credentials.shown
        connection["Sealed"] = credentials.sealed(by: seal, for: arn)
        connection["LastAuthorizedTime"] = now
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (inout DatumMap, _ arn: String, _ now: Datum) throws -> Void
    ) throws(ServiceProblem) -> Datum {
        let name = call["Name"]
        let now = EventsDesk.now
        let changed = try shelf.change { shelf in
            let old = try Self.find(name, shelf.records)
            var connection = old.map ?? DatumMap()
            try body(&connection, old["ConnectionArn"]?.text ?? "", now)
            connection["LastModifiedTime"] = now
            shelf.records[Self.kind, name] = .map(connection)
            return Datum.map(connection)
        }
        return changed.only(Self.changed)
    }

    /// What a request leaves out stays as it was, unless the connection is let in by something else from now on.
    private func update(_ call: Call) throws(ServiceProblem) -> Datum {
        try refuseStrangers(call)
        let wanted = call.text("AuthorizationType").flatMap(ConnectionCredentials.Kind.init)
        return try change(call) { connection, arn, now in
            if let description = call.input["Description"] { connection["Description"] = description }
            guard wanted != nil || call.input["AuthParameters"] != nil else { return }
            let old = ConnectionCredentials(connection: .map(connection), seal: seal)
            let before = connection["AuthorizationType"]?.text.flatMap(ConnectionCredentials.Kind.init)
            let credentials = try ConnectionCredentials(
                wanted ?? before ?? .apiKey, given: call.input["AuthParameters"] ?? [:], over: old)
            authorize(&connection, credentials, arn, now)
        }
    }

    private func deauthorize(_ call: Call) throws(ServiceProblem) -> Datum {
        try change(call) { connection, _, _ in
            connection["ConnectionState"] = .text(Self.deauthorized)
            connection["AuthParameters"] = nil
            connection["Sealed"] = nil
        }
    }

    /// Destinations that it is used by stay, and are inactive from now on.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["Name"]
        let gone = try shelf.change { shelf in
            var connection = try Self.find(name, shelf.records).map ?? DatumMap()
            shelf.records[Self.kind, name] = nil
            connection["ConnectionState"] = "DELETING"
            return Datum.map(connection)
        }
        return gone.only(Self.changed)
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let part = try RecordPart(Self.kind, of: shelf.records, call, by: ["ConnectionState"])
        return ["Connections": .list(part.rows.map { $0.only(Self.listed) }), "NextToken": part.next]
    }
}
