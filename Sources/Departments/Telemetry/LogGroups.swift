internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Groups of streams, with their retention and tags.
struct LogGroups: Sendable {
    let desk: LogsDesk
    private static let days = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]

    private static let groupClass = Member(
        "logGroupClass", words: ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"])

    var operations: [Operation] {
        let name = Member("logGroupName", required: true, 1...512, marks: "._-/#")
        let arn = Member("resourceArn", required: true, 1...1011)
        return [
            Operation(
                "CreateLogGroup",
                [
                    name, Member("tags", .map(.text)), Self.groupClass, Member("deletionProtectionEnabled", .flag),
                ], on: Self.arns
            ) { call throws(ServiceProblem) in try create(call) }
            .without("kmsKeyId"),
            Operation(
                "DescribeLogGroups",
                [
                    Member("logGroupNamePrefix", 1...512), Member("logGroupNamePattern", 0...512),
                    Member("logGroupIdentifiers", .list(.text), 1...50), Self.groupClass,
                    // No account is linked with this one: with them or without is the same.
                    Member("includeLinkedAccounts", .flag), Member("accountIdentifiers", .list(.text), 0...20),
                    Member("nextToken"), Member("limit", .whole, 1...50),
                ], on: { [LogsDesk.groupARN($0, ($0.text("logGroupNamePrefix") ?? "") + "*")] }
            ) { call throws(ServiceProblem) in try LogGroupList(desk: desk).answer(call) },
            Operation("DeleteLogGroup", [name], on: Self.arns) { call throws(ServiceProblem) in try delete(call) },
            Operation(
                "PutLogGroupDeletionProtection",
                [
                    Member("logGroupIdentifier", required: true, 1...2048),
                    Member("deletionProtectionEnabled", .flag, required: true),
                ], on: { [LogsDesk.groupARN($0, LogsDesk.groupName($0["logGroupIdentifier"]))] }
            ) { call throws(ServiceProblem) in
                let isProtected = call.flag("deletionProtectionEnabled")
                return try change(LogsDesk.groupName(call["logGroupIdentifier"])) {
                    $0[LogsDesk.protection] = .bool(isProtected)
                }
            },
            Operation("PutRetentionPolicy", [name, Member("retentionInDays", .whole, required: true)], on: Self.arns) {
                call throws(ServiceProblem) in
                guard let days = call.whole("retentionInDays"), Self.days.contains(days) else {
                    throw LogsDesk.invalid("retentionInDays has to be one of \(Self.days).")
                }
                return try change(call["logGroupName"]) { $0["retentionInDays"] = .whole(days) }
            },
            Operation("DeleteRetentionPolicy", [name], on: Self.arns) { call throws(ServiceProblem) in
                try change(call["logGroupName"]) { $0["retentionInDays"] = nil }
            },
            Operation("TagResource", [arn, Member("tags", .map(.text), required: true)], on: Self.named) {
                call throws(ServiceProblem) in try tag(LogsDesk.groupName(call["resourceArn"]), call.map("tags"))
            },
            Operation(
                "UntagResource", [arn, Member("tagKeys", .list(.text), required: true)], on: Self.named
            ) { call throws(ServiceProblem) in
                try untag(LogsDesk.groupName(call["resourceArn"]), call.texts("tagKeys"))
            },
            Operation("ListTagsForResource", [arn], on: Self.named) { call throws(ServiceProblem) in
                try tags(LogsDesk.groupName(call["resourceArn"]))
            },
            Operation("TagLogGroup", [name, Member("tags", .map(.text), required: true)], on: Self.arns) {
                call throws(ServiceProblem) in try tag(call["logGroupName"], call.map("tags"))
            },
            Operation("UntagLogGroup", [name, Member("tags", .list(.text), required: true)], on: Self.arns) {
                call throws(ServiceProblem) in try untag(call["logGroupName"], call.texts("tags"))
            },
            Operation("ListTagsLogGroup", [name], on: Self.arns) { call throws(ServiceProblem) in
                try tags(call["logGroupName"])
            },
        ]
    }

    /// By the group that is meant, however its ARN was written.
    private static let named: Operation.Resources = {
        [LogsDesk.groupARN($0, LogsDesk.groupName($0["resourceArn"]))]
    }
    private static let arns: Operation.Resources = { [LogsDesk.groupARN($0, $0["logGroupName"])] }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["logGroupName"]
        let arn = LogsDesk.groupARN(call, name)
        if let word = call.text("logGroupClass"), word != LogGroupList.onlyClass {
            throw LogsDesk.invalid("logGroupClass \(word) is not offered by this hub.")
        }
        let (tags, now) = (call.map("tags"), Int(WallClock.milliseconds))
        let isProtected = call.flag("deletionProtectionEnabled")
        try desk.shelf.change { shelf in
            guard shelf.records[LogsDesk.group, name] == nil else { throw LogsDesk.taken("log group") }
            let last = shelf.records["last", "number"]?.whole ?? 0
            shelf.records["last", "number"] = .whole(last + 1)
            shelf.records[LogsDesk.group, name] = [
                "logGroupName": .text(name), "arn": .text(arn), "creationTime": .whole(now), "Number": .whole(last + 1),
                "tags": .map(tags), LogsDesk.protection: .bool(isProtected),
            ]
        }
        return .null
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["logGroupName"]
        try desk.shelf.change { shelf in
            guard let group = shelf.records[LogsDesk.group, name] else { throw LogsDesk.missing("log group") }
            try LogsDesk.checkProtection(group)
            for key in shelf.records.keys(LogsDesk.stream, prefix: LogsDesk.streamKey(name, "")) {
                shelf.records[LogsDesk.stream, key] = nil
            }
            shelf.records[LogsDesk.group, name] = nil
            try shelf.database.run("DELETE FROM events WHERE grp = ?", [.int(Int64(group["Number"]?.whole ?? -1))])
        }
        return .null
    }

    private func change(
        _ name: String, _ body: @escaping @Sendable (inout DatumMap) -> Void
    ) throws(ServiceProblem) -> Datum {
        try desk.shelf.change { shelf in
            guard var group = shelf.records[LogsDesk.group, name]?.map else { throw LogsDesk.missing("log group") }
            body(&group)
            shelf.records[LogsDesk.group, name] = .map(group)
        }
        return .null
    }

    private func tag(_ name: String, _ added: DatumMap) throws(ServiceProblem) -> Datum {
        try change(name) { group in
            var tags = group["tags"]?.map ?? DatumMap()
            for (key, value) in added.members { tags[key] = value }
            group["tags"] = .map(tags)
        }
    }

    private func untag(_ name: String, _ keys: [String]) throws(ServiceProblem) -> Datum {
        try change(name) { group in
            var tags = group["tags"]?.map ?? DatumMap()
            for key in keys { tags[key] = nil }
            group["tags"] = .map(tags)
        }
    }

    private func tags(_ name: String) throws(ServiceProblem) -> Datum {
        guard let group = desk.shelf.records[LogsDesk.group, name] else { throw LogsDesk.missing("log group") }
        return ["tags": group["tags"] ?? [:]]
    }
}
