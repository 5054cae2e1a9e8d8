internal import AWSDoor
internal import AWSProtocol
internal import Core
internal import Database
internal import JSON

/// A call as CloudTrail writes it down. What is secret in a request stays out.
enum AuditEntry {
    private static let secretWords = ["secret", "password", "token", "privatekey", "authparameters"]
    private static let textMax = 1024
    private static let nameMax = 256
    /// What is data and not a request: it has its own place, and its own end.
    private static let data: Set<String> = [
        "logEvents", "Entries", "MetricData", "Body", "MessageBody", "MessageAttributes", "MessageSystemAttributes",
    ]

    private static func clipped(_ text: String) -> String { String(text.prefix(nameMax)) }

    static func name(_ record: CallRecord) -> String { clipped(record.operation) }

    /// The columns that entries are found by say what the entry says.
    static func isIndexed(_ body: [UInt8], _ row: Statement) -> Bool {
        guard let entry = try? Datum(json: body), let time = entry["eventTime"]?.text.flatMap({ CivilTime(iso: $0) })
        else {
            return false
        }
        return time.milliseconds == row.int(3) && entry["eventName"]?.text == row.text(4)
            && entry["userIdentity"]?["userName"]?.text == row.text(5)
    }

    static func who(_ record: CallRecord) -> String {
        record.caller?.arn.split(separator: "/").last.map(String.init) ?? clipped(record.keyID)
    }

    static func body(of record: CallRecord) -> [UInt8] {
        var entry = DatumMap([
            ("eventVersion", "1.08"), ("eventID", .text(UniqueID.random())), ("requestID", .text(record.requestID)),
            ("eventTime", .text(CivilTime(milliseconds: record.milliseconds).iso)),
            ("eventSource", .text(record.service + ".amazonaws.com")), ("eventName", .text(name(record))),
            ("awsRegion", .text(clipped(record.region))), ("sourceIPAddress", .text(record.surroundings.sourceAddress)),
            ("userAgent", .text(String(record.surroundings.userAgent.prefix(textMax)))),
            ("readOnly", .bool(record.onlyReads)), ("userIdentity", identity(record)),
            ("requestParameters", shown(.map(record.input))),
            ("resources", .list(record.resources.prefix(100).filter { $0 != "*" }.map { ["ARN": .text(clipped($0))] })),
        ])
        if let problem = record.problem {
            entry["errorCode"] = .text(problem.code)
            entry["errorMessage"] = .text(String(problem.message.prefix(textMax)))
        }
        return Datum.map(entry).json
    }

    private static func identity(_ record: CallRecord) -> Datum {
        [
            "arn": .text(record.caller?.arn ?? ""), "accountId": .text(record.caller?.account ?? ""),
            "principalId": .text(record.caller?.userID ?? ""), "accessKeyId": .text(clipped(record.keyID)),
            "userName": .text(who(record)),
        ]
    }

    private static func shown(_ value: Datum) -> Datum {
        switch value {
        case .map(let map):
            .map(
                DatumMap(
                    map.members.map { name, value in
                        let word = name.lowercased()
                        if data.contains(name) { return (name, "...") }
                        let isSecret = secretWords.contains { word.contains($0) }
                        let isName = ["nexttoken", "secretid", "clientrequesttoken"].contains(word)
                        return (name, isSecret && !isName ? "HIDDEN_DUE_TO_SECURITY_REASONS" : shown(value))
                    }))
        case .list(let list): .list(list.prefix(100).map(shown))
        case .text(let text): .text(String(text.prefix(textMax)))
        default: value
        }
    }
}
