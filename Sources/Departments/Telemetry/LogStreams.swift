internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// The streams of a group.
struct LogStreams: Sendable {
    let desk: LogsDesk

    var operations: [Operation] {
        let names = [
            Member("logGroupName", required: true, 1...512), Member("logStreamName", required: true, 1...512),
        ]
        return [
            Operation("CreateLogStream", names, on: Self.arns) { call throws(ServiceProblem) in
                let (group, name) = (call["logGroupName"], call["logStreamName"])
                guard !name.contains(":"), !name.contains("*") else {
                    throw LogsDesk.invalid("logStreamName may not hold ':' or '*'.")
                }
                let arn = LogsDesk.groupARN(call, group)
                try desk.shelf.change { shelf in
                    guard shelf.records[LogsDesk.stream, LogsDesk.streamKey(group, name)] == nil else {
                        throw LogsDesk.taken("log stream")
                    }
                    _ = try Self.add(name, to: group, arn: arn, &shelf.records)
                }
                return .null
            },
            Operation(
                "DescribeLogStreams",
                [
                    Member("logGroupName", 1...512), Member("logGroupIdentifier", 1...2048),
                    Member("logStreamNamePrefix", 1...512),
                    Member("orderBy", words: ["LogStreamName", "LastEventTime"]),
                    Member("descending", .flag), Member("nextToken"), Member("limit", .whole, 1...50),
                ], on: Self.arns
            ) { call throws(ServiceProblem) in try describe(call) },
            Operation("DeleteLogStream", names, on: Self.arns) { call throws(ServiceProblem) in
                let group = call["logGroupName"]
                let key = LogsDesk.streamKey(group, call["logStreamName"])
                try desk.shelf.change { shelf in
                    if let owner = shelf.records[LogsDesk.group, group] { try LogsDesk.checkProtection(owner) }
                    guard let stream = shelf.records[LogsDesk.stream, key] else { throw LogsDesk.missing("log stream") }
                    shelf.records[LogsDesk.stream, key] = nil
                    try shelf.database.run(
                        "DELETE FROM events WHERE stream = ?", [.int(Int64(stream["Number"]?.whole ?? -1))])
                }
                return .null
            },
        ]
    }

    static let arns: Operation.Resources = { call in
        let name = LogsDesk.groupName(call.text("logGroupName") ?? call.text("logGroupIdentifier") ?? "")
        return [LogsDesk.groupARN(call, name) + ":log-stream:" + (call.text("logStreamName") ?? "")]
    }

    /// Makes a stream of a group that is there.
    static func add(_ name: String, to group: String, arn: String, _ records: inout Records) throws -> DatumMap {
        guard records[LogsDesk.group, group] != nil else { throw LogsDesk.missing("log group") }
        let last = records["last", "number"]?.whole ?? 0
        records["last", "number"] = .whole(last + 1)
        let stream = DatumMap([
            ("logStreamName", .text(name)), ("creationTime", .whole(Int(WallClock.milliseconds))),
            ("arn", .text("\(arn):log-stream:\(name)")), ("Number", .whole(last + 1)),
        ])
        records[LogsDesk.stream, LogsDesk.streamKey(group, name)] = .map(stream)
        return stream
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        let group = try LogsDesk.groupName(call)
        let records = desk.shelf.records
        guard records[LogsDesk.group, group] != nil else { throw LogsDesk.missing("log group") }
        let isByTime = call.text("orderBy") == "LastEventTime"
        guard !isByTime || call.text("logStreamNamePrefix") == nil else {
            throw LogsDesk.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        let prefix = LogsDesk.streamKey(group, call.text("logStreamNamePrefix") ?? "")
        // Rows by what they are ordered by, so that a page's token says where it ends.
        var rows: [String: Datum] = [:]
        for key in records.keys(LogsDesk.stream, prefix: prefix) {
            guard let stream = records[LogsDesk.stream, key] else { continue }
            let time = String(1_000_000_000_000_000 + (stream["lastEventTimestamp"]?.whole ?? 0))
            rows[isByTime ? time + key : key] = Self.shown(stream)
        }
        let isDown = call.flag("descending")
        let keys = rows.keys.sorted()
        let (part, next) = try page(isDown ? keys.reversed() : keys, call)
        return ["logStreams": .list(part.compactMap { rows[$0] }), "nextToken": next.map(Datum.text) ?? .null]
    }

    private func page(_ keys: [String], _ call: Call) throws(ServiceProblem) -> ([String], String?) {
        var keys = keys[...]
        if let token = call.text("nextToken") {
            let last = try Paging.key(in: token, "InvalidParameterException")
            guard let place = keys.firstIndex(of: last) else {
                throw LogsDesk.invalid("The specified nextToken is invalid.")
            }
            keys = keys[(place + 1)...]
        }
        let part = Array(keys.prefix(call.whole("limit") ?? 50))
        return (part, part.count < keys.count ? part.last.map { Paging.token(after: $0) } : nil)
    }

    private static func shown(_ stream: Datum) -> Datum {
        var row = DatumMap()
        for name in [
            "logStreamName", "creationTime", "firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime", "arn",
        ] {
            if let value = stream[name] { row[name] = value }
        }
        row["uploadSequenceToken"] = .text("\(stream["Number"]?.whole ?? 0)")
        row["storedBytes"] = 0
        return .map(row)
    }
}
