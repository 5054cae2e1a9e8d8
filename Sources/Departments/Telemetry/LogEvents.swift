internal import AWSProtocol
internal import Core
internal import Database
internal import LogPatterns
internal import Records

/// Events: taken in, read in order, and looked through.
struct LogEvents: Sendable {
    let desk: LogsDesk
    private static let batchMax = 10_000
    private static let batchBytesMax = 1 << 20
    static let overhead = 26
    private static let tooOld: Int64 = 14 * 86_400_000
    private static let tooNew: Int64 = 2 * 3_600_000
    private static let span: Int64 = 86_400_000
    private static let answerBytesMax = 1 << 20
    /// One call looks through so many events at most, and gives a token to go on.
    private static let lookedThroughMax = 100_000

    var operations: [Operation] {
        let group = [Member("logGroupName", 1...512), Member("logGroupIdentifier", 1...2048)]
        let stream = Member("logStreamName", required: true, 1...512)
        let asked = [
            Member("startTime", .whole), Member("endTime", .whole), Member("nextToken"), Member("startFromHead", .flag),
            // Nothing is masked here.
            Member("unmask", .flag),
        ]
        let texts = Shape.map(.text)
        let event = Shape.structure([
            Member("timestamp", .whole, required: true, 0...Int.max), Member("message", required: true, 1...1_048_576),
        ])
        return [
            Operation(
                "PutLogEvents",
                [
                    Member("logGroupName", required: true, 1...512), stream,
                    Member("logEvents", .list(event), required: true, 1...Self.batchMax), Member("sequenceToken"),
                    // Whose events they are is nowhere told, and so not kept.
                    Member("entity", .structure([Member("keyAttributes", texts), Member("attributes", texts)])),
                ], on: LogStreams.arns
            ) { call throws(ServiceProblem) in try put(call) },
            Operation(
                "GetLogEvents",
                group + [stream] + asked + [Member("limit", .whole, 1...10_000)], on: LogStreams.arns
            ) { call throws(ServiceProblem) in try get(call) },
            Operation(
                "FilterLogEvents",
                group + asked + [
                    Member("logStreamNames", .list(.text), 1...100), Member("logStreamNamePrefix", 1...512),
                    Member("filterPattern", 0...1024), Member("limit", .whole, 1...10_000),
                    Member("interleaved", .flag),
                ], on: LogStreams.arns
            ) { call throws(ServiceProblem) in try filter(call) },
        ]
    }

    // MARK: taking in

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let events = try call.list("logEvents").map { event throws(ServiceProblem) in
            (at: Int64(event["timestamp"]?.whole ?? 0), message: event["message"]?.text ?? "")
        }
        guard zip(events, events.dropFirst()).allSatisfy({ $0.at <= $1.at }) else {
            throw LogsDesk.invalid("Log events in a single PutLogEvents request must be in chronological order.")
        }
        let bytes = events.reduce(0) { $0 + $1.message.utf8.count + Self.overhead }
        guard bytes <= Self.batchBytesMax else {
            throw LogsDesk.invalid("Upload too large: \(bytes) bytes exceeds limit of \(Self.batchBytesMax)")
        }
        if let first = events.first, let last = events.last, last.at - first.at > Self.span {
            throw LogsDesk.invalid(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
        }
        let (group, stream) = (call["logGroupName"], call["logStreamName"])
        let times = Times(group: desk.shelf.records[LogsDesk.group, group])
        let kept = events.filter { times.complaint(about: $0.at) == nil }
        let now = times.now
        let token = try desk.shelf.change { shelf in
            try Self.append(kept, group, stream, now, &shelf, makesStream: nil)
        }
        return [
            "nextSequenceToken": .text("\(token)"),
            "rejectedLogEventsInfo": kept.count == events.count ? .null : times.rejected(events.map(\.at)),
        ]
    }

    /// Which events of a batch come too late, too early, or after their group has forgotten their time.
    private struct Times {
        enum Complaint { case tooOld, tooNew, expired }

        let now = Int64(WallClock.milliseconds)
        private let kept: Int64

        init(group: Datum?) { kept = Int64(group?["retentionInDays"]?.whole ?? 36_500) * LogEvents.span }

        func complaint(about at: Int64) -> Complaint? {
            if at < now - LogEvents.tooOld { return .tooOld }
            if at < now - kept { return .expired }
            return at > now + LogEvents.tooNew ? .tooNew : nil
        }

        /// Ends are exclusive.
        func rejected(_ times: [Int64]) -> Datum {
            let complaints = times.map(complaint)
            return [
                "tooOldLogEventEndIndex": complaints.lastIndex(of: .tooOld).map { .whole($0 + 1) } ?? .null,
                "expiredLogEventEndIndex": complaints.lastIndex(of: .expired).map { .whole($0 + 1) } ?? .null,
                "tooNewLogEventStartIndex": complaints.firstIndex(of: .tooNew).map(Datum.whole) ?? .null,
            ]
        }
    }

    /// Writes events; `makesStream` is the group's ARN where a missing stream is to be made.
    static func append(
        _ events: [(at: Int64, message: String)], _ group: String, _ stream: String, _ now: Int64,
        _ shelf: inout RecordShelf.Desk, makesStream arn: String?
    ) throws -> Int {
        guard let owner = shelf.records[LogsDesk.group, group] else { throw LogsDesk.missing("log group") }
        let key = LogsDesk.streamKey(group, stream)
        var row = shelf.records[LogsDesk.stream, key]?.map
        if row == nil, let arn { row = try LogStreams.add(stream, to: group, arn: arn, &shelf.records) }
        guard var row else { throw LogsDesk.missing("log stream") }
        let (groupNumber, number) = (Int64(owner["Number"]?.whole ?? 0), Int64(row["Number"]?.whole ?? 0))
        for event in events {
            try shelf.database.run(
                "INSERT INTO events(grp, stream, at, taken, message) VALUES(?, ?, ?, ?, ?)",
                [.int(groupNumber), .int(number), .int(event.at), .int(now), .text(event.message)])
        }
        if let first = events.first, let last = events.last {
            row["firstEventTimestamp"] = .whole(min(row["firstEventTimestamp"]?.whole ?? .max, Int(first.at)))
            row["lastEventTimestamp"] = .whole(max(row["lastEventTimestamp"]?.whole ?? 0, Int(last.at)))
            row["lastIngestionTime"] = .whole(Int(now))
            shelf.records[LogsDesk.stream, key] = .map(row)
        }
        return Int(number)
    }

    // MARK: reading in order

    private func get(_ call: Call) throws(ServiceProblem) -> Datum {
        let group = try LogsDesk.groupName(call)
        let records = desk.shelf.records
        guard records[LogsDesk.group, group] != nil else { throw LogsDesk.missing("log group") }
        guard let number = records[LogsDesk.stream, LogsDesk.streamKey(group, call["logStreamName"])]?["Number"]?.whole
        else { throw LogsDesk.missing("log stream") }
        let place = try call.text("nextToken").map { token throws(ServiceProblem) in try StreamPlace(parsing: token) }
        let isForward = place?.isForward ?? call.flag("startFromHead")
        let rows = try read(
            number, call, from: place ?? StreamPlace(startingForward: isForward),
            limit: call.whole("limit") ?? 10_000)
        let events = isForward ? rows : rows.reversed()
        let start = place ?? StreamPlace(isForward: true, at: 0, number: 0)
        let first = events.first.map { StreamPlace(isForward: false, at: $0.at, number: $0.number) }
        let last = events.last.map { StreamPlace(isForward: true, at: $0.at, number: $0.number) }
        return [
            "events": .list(
                events.map {
                    [
                        "timestamp": .whole(Int($0.at)), "message": .text($0.message),
                        "ingestionTime": .whole(Int($0.taken)),
                    ]
                }),
            // At an end the token stays as it was: that is how a client sees that it is there.
            "nextForwardToken": .text((last ?? start.turned(forward: true)).description),
            "nextBackwardToken": .text((first ?? start.turned(forward: false)).description),
        ]
    }

    private func read(
        _ stream: Int, _ call: Call, from place: StreamPlace, limit: Int
    ) throws(ServiceProblem) -> [LogRow] {
        let sql = """
            SELECT n, stream, at, taken, message FROM events WHERE stream = ?1 AND \(place.side) AND at >= ?4 AND at < ?5
            ORDER BY \(place.order) LIMIT ?6
            """
        let values: [SQLValue] = [
            .int(Int64(stream)), .int(place.at), .int(place.number), .int(Int64(call.whole("startTime") ?? 0)),
            .int(Int64(call.whole("endTime") ?? .max)), .int(Int64(limit)),
        ]
        return try desk.shelf.read { database throws(Fault) in
            var (rows, bytes): ([LogRow], Int) = ([], 0)
            try database.forEachRow(sql, values) { row throws(Fault) in
                let found = LogRow(row)
                bytes += found.message.utf8.count + Self.overhead
                guard rows.isEmpty || bytes <= Self.answerBytesMax else { return false }
                rows.append(found)
                return true
            }
            return rows
        }
    }

    // MARK: looking through

    private func filter(_ call: Call) throws(ServiceProblem) -> Datum {
        let group = try LogsDesk.groupName(call)
        let records = desk.shelf.records
        guard let number = records[LogsDesk.group, group]?["Number"]?.whole else { throw LogsDesk.missing("log group") }
        guard call.input["logStreamNames"] == nil || call.input["logStreamNamePrefix"] == nil else {
            throw LogsDesk.invalid("logStreamNames and logStreamNamePrefix cannot be given together.")
        }
        let pattern: LogPattern
        do throws(LogPatternRefusal) { pattern = try LogPattern(parsing: call.text("filterPattern") ?? "") } catch {
            throw LogsDesk.invalid(error.reason)
        }
        let wanted = try streams(of: group, call, records)
        let place = try call.text("nextToken").map { token throws(ServiceProblem) in try StreamPlace(parsing: token) }
        let start = StreamPlace(startingForward: call.input["startFromHead"]?.bool ?? true)
        return try look(number, call, pattern, wanted, from: place ?? start)
    }

    /// Names by number, those alone that are asked for.
    private func streams(of group: String, _ call: Call, _ records: Records) throws(ServiceProblem) -> [Int64: String] {
        let prefix = LogsDesk.streamKey(group, call.text("logStreamNamePrefix") ?? "")
        let names = Set(call.texts("logStreamNames"))
        var wanted: [Int64: String] = [:]
        for stream in records.all(LogsDesk.stream, prefix: prefix) {
            guard let name = stream["logStreamName"]?.text, names.isEmpty || names.contains(name) else { continue }
            wanted[Int64(stream["Number"]?.whole ?? 0)] = name
        }
        guard names.isEmpty || wanted.count == names.count else { throw LogsDesk.missing("log stream") }
        return wanted
    }

    private func look(
        _ group: Int, _ call: Call, _ pattern: LogPattern, _ streams: [Int64: String], from place: StreamPlace
    ) throws(ServiceProblem) -> Datum {
        let sql = """
            SELECT n, stream, at, taken, message FROM events WHERE grp = ?1 AND \(place.side)
            AND at >= ?4 AND at <= ?5 ORDER BY \(place.order)
            """
        let values: [SQLValue] = [
            .int(Int64(group)), .int(place.at), .int(place.number), .int(Int64(call.whole("startTime") ?? 0)),
            .int(Int64(call.whole("endTime") ?? .max)),
        ]
        let limit = call.whole("limit") ?? 10_000
        let look = try desk.shelf.read { database throws(Fault) in
            var look = Look(isForward: place.isForward)
            try database.forEachRow(sql, values) { row throws(Fault) in
                // One more than asked for has been seen: there is more.
                guard look.found.count < limit, look.bytes <= Self.answerBytesMax, look.seen < Self.lookedThroughMax
                else {
                    look.isMore = true
                    return false
                }
                look.take(LogRow(row), pattern, streams)
                return true
            }
            return look
        }
        let next = look.isMore ? look.last?.description : nil
        return ["events": .list(look.found), "searchedLogStreams": [], "nextToken": next.map(Datum.text) ?? .null]
    }
}

/// What has been found so far, and where.
private struct Look: Sendable {
    let isForward: Bool
    var found: [Datum] = []
    var bytes = 0
    var seen = 0
    var last: StreamPlace?
    var isMore = false

    mutating func take(_ row: LogRow, _ pattern: LogPattern, _ streams: [Int64: String]) {
        seen += 1
        last = StreamPlace(isForward: isForward, at: row.at, number: row.number)
        guard let name = streams[row.stream], pattern.matches(row.message) else { return }
        bytes += row.message.utf8.count + LogEvents.overhead
        found.append([
            "logStreamName": .text(name), "timestamp": .whole(Int(row.at)), "message": .text(row.message),
            "ingestionTime": .whole(Int(row.taken)), "eventId": .text(row.eventID),
        ])
    }
}

/// An event as it lies in its table.
struct LogRow: Sendable {
    let number: Int64
    let stream: Int64
    let at: Int64
    let taken: Int64
    let message: String

    init(_ row: Statement) {
        number = row.int(0)
        stream = row.int(1)
        at = row.int(2)
        taken = row.int(3)
        message = row.text(4)
    }

    private static let idDigits = 56
    var eventID: String {
        let digits = String(number)
        return String(repeating: "0", count: Self.idDigits - digits.count) + digits
    }
}
