internal import AWSProtocol
internal import Core
internal import Database
internal import EventPatterns
internal import Records

/// Copies of the events of a bus, kept for as long as they are wanted.
struct Archives: Sendable {
    let desk: EventsDesk
    private static let archivesMax = 100
    /// Of each; the oldest go.
    private static let bytesMax: Int64 = 16 << 30
    private static let portion = 5000

    static let pattern = Member("EventPattern", 0...4096)
    static let description = Member("Description", 0...512)

    var operations: [Operation] {
        let name = Member("ArchiveName", required: true, 1...48, marks: "._-")
        let days = Member("RetentionDays", .whole, 0...Int.max)
        let arns: Operation.Resources = { [$0.arn("events", "archive/\($0["ArchiveName"])")] }
        return [
            Operation(
                "CreateArchive",
                [name, Member("EventSourceArn", required: true, 1...1600), Self.description, Self.pattern, days],
                on: { arns($0) + [$0["EventSourceArn"]] }
            ) { call throws(ServiceProblem) in try create(call) }
            .without("KmsKeyIdentifier"),
            Operation("DescribeArchive", [name], on: arns) { call throws(ServiceProblem) in
                try shown(find(call["ArchiveName"], desk.shelf.records), isWhole: true)
            },
            Operation(
                "ListArchives",
                [
                    Member("NamePrefix", 1...48), Member("EventSourceArn", 1...1600), Member("State"),
                    Member("NextToken"), Member("Limit", .whole, 1...100),
                ]
            ) { call throws(ServiceProblem) in try list(call) },
            Operation("UpdateArchive", [name, Self.description, Self.pattern, days], on: arns) {
                call throws(ServiceProblem) in try update(call)
            }
            .without("KmsKeyIdentifier"),
            Operation("DeleteArchive", [name], on: arns) { call throws(ServiceProblem) in try delete(call) },
        ]
    }

    private func find(_ name: String, _ records: Records) throws(ServiceProblem) -> Datum {
        guard let archive = records[EventsDesk.Kind.archive, name] else {
            throw EventsDesk.missing("Archive \(name)")
        }
        return archive
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, bus) = (call["ArchiveName"], call["EventSourceArn"])
        if let pattern = call.text("EventPattern") { _ = try EventsDesk.read(pattern: pattern) }
        let arn = call.arn("events", "archive/\(name)")
        let created = EventsDesk.now
        let archive: Datum = [
            "ArchiveName": .text(name), "ArchiveArn": .text(arn), "EventSourceArn": .text(bus), "State": "ENABLED",
            "Description": call.input["Description"] ?? .null, "EventPattern": call.input["EventPattern"] ?? .null,
            "RetentionDays": .whole(call.whole("RetentionDays") ?? 0), "CreationTime": created,
            "Key": .text(UniqueID.random()),
        ]
        let busARN = desk.busARN(EventsDesk.busName(bus))
        try desk.shelf.change { shelf in
            guard bus == busARN, shelf.records[EventsDesk.Kind.bus, EventsDesk.busName(bus)] != nil else {
                throw EventsDesk.missing("Event bus \(bus)")
            }
            guard shelf.records[EventsDesk.Kind.archive, name] == nil else {
                throw ServiceProblem("ResourceAlreadyExistsException", "Archive \(name) already exists.")
            }
            guard shelf.records.count(EventsDesk.Kind.archive) < Self.archivesMax else {
                throw ServiceProblem("LimitExceededException", "There may be \(Self.archivesMax) archives.")
            }
            shelf.records[EventsDesk.Kind.archive, name] = archive
        }
        return ["ArchiveArn": .text(arn), "State": "ENABLED", "CreationTime": created]
    }

    private func update(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["ArchiveName"]
        if let pattern = call.text("EventPattern") { _ = try EventsDesk.read(pattern: pattern) }
        let archive = try desk.shelf.change { shelf -> Datum in
            guard var archive = shelf.records[EventsDesk.Kind.archive, name]?.map else {
                throw EventsDesk.missing("Archive \(name)")
            }
            for member in ["Description", "EventPattern", "RetentionDays"] {
                if let value = call.input[member] { archive[member] = value }
            }
            shelf.records[EventsDesk.Kind.archive, name] = .map(archive)
            return .map(archive)
        }
        return archive.only(["ArchiveArn", "State", "CreationTime"])
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["ArchiveName"]
        try desk.shelf.change { shelf in
            guard shelf.records[EventsDesk.Kind.archive, name] != nil else {
                throw EventsDesk.missing("Archive \(name)")
            }
            shelf.records[EventsDesk.Kind.archive, name] = nil
        }
        // What it kept is swept away behind, in portions: others wait for none of it.
        desk.replayer.ring()
        return .null
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let part = try RecordPart(
            EventsDesk.Kind.archive, of: desk.shelf.records, call, by: ["EventSourceArn", "State"])
        var rows: [Datum] = []
        for archive in part.rows { rows.append(try shown(archive, isWhole: false)) }
        return ["Archives": .list(rows), "NextToken": part.next]
    }

    private func shown(_ archive: Datum, isWhole: Bool) throws(ServiceProblem) -> Datum {
        let (count, bytes) = try holdings(Self.key(archive))
        let members = ["ArchiveName", "EventSourceArn", "State", "RetentionDays", "CreationTime"]
        let more = isWhole ? ["ArchiveArn", "Description", "EventPattern"] : []
        var row = archive.only(members + more).map ?? DatumMap()
        row["EventCount"] = .whole(Int(count))
        row["SizeBytes"] = .whole(Int(bytes))
        return .map(row)
    }

    /// By what rows name it: unlike its name it never comes again.
    static func key(_ archive: Datum) -> String { archive["Key"]?.text ?? archive["ArchiveName"]?.text ?? "" }

    private func holdings(_ key: String) throws(ServiceProblem) -> (events: Int64, bytes: Int64) {
        try desk.shelf.read { database throws(Fault) in
            try database.rows("SELECT events, bytes FROM holdings WHERE archive = ?", [.text(key)]) {
                ($0.int(0), $0.int(1))
            }.first ?? (0, 0)
        }
    }

    /// What is older than its archive keeps, or more than one may keep, goes, and whatever belonged to one that is gone;
    /// a portion of each. True while there is more. 0 days are for ever.
    func sweep(_ now: Int64) throws(ServiceProblem) -> Bool {
        var limits: [String: Int64] = [:]
        for archive in desk.shelf.records.all(EventsDesk.Kind.archive) {
            let days = min(archive["RetentionDays"]?.whole ?? 0, 1_000_000)
            limits[Self.key(archive)] = days > 0 ? now - Int64(days) * 86_400_000 : .min
        }
        let keys = try desk.shelf.read { database throws(Fault) in
            try database.rows("SELECT archive, bytes FROM holdings") { (key: $0.text(0), bytes: $0.int(1)) }
        }
        var isMore = false
        for (key, bytes) in keys {
            let limit = bytes > Self.bytesMax ? .max : limits[key, default: .max]
            if limit > .min, try clear(key, before: limit, isGone: limits[key] == nil) { isMore = true }
        }
        return isMore
    }

    /// The oldest first; true when there was a whole portion.
    private func clear(_ key: String, before limit: Int64, isGone: Bool) throws(ServiceProblem) -> Bool {
        try desk.shelf.change { shelf in
            let numbers = try shelf.database.rows(
                "SELECT n FROM kept WHERE archive = ? AND at < ? ORDER BY at, n LIMIT ?",
                [.text(key), .int(limit), .int(Int64(Self.portion))]
            ) { $0.int(0) }
            for number in numbers { try shelf.database.run("DELETE FROM kept WHERE n = ?", [.int(number)]) }
            if isGone, numbers.count < Self.portion {
                try shelf.database.run("DELETE FROM holdings WHERE archive = ?", [.text(key)])
            }
            return numbers.count == Self.portion
        }
    }
}
