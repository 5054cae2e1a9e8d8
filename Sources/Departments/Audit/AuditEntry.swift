internal import AWSDoor
internal import AWSProtocol
internal import Core
internal import JSON

/// A call as CloudTrail writes it down. What is secret in a request stays out.
enum AuditEntry {
    private static let secretWords = ["secret", "password", "token", "privatekey"]
    private static let textMax = 1024

    static func who(_ record: CallRecord) -> String {
        record.caller?.arn.split(separator: "/").last.map(String.init) ?? record.keyID
    }

    static func body(of record: CallRecord) -> [UInt8] {
        var entry = DatumMap([
            ("eventVersion", "1.08"), ("eventID", .text(UniqueID.random())), ("requestID", .text(record.requestID)),
            ("eventTime", .text(CivilTime(milliseconds: record.milliseconds).iso)),
            ("eventSource", .text(record.service + ".amazonaws.com")), ("eventName", .text(record.operation)),
            ("awsRegion", .text(record.region)), ("sourceIPAddress", .text(record.surroundings.sourceAddress)),
            ("userAgent", .text(String(record.surroundings.userAgent.prefix(textMax)))),
            ("readOnly", .bool(record.onlyReads)), ("userIdentity", identity(record)),
            ("requestParameters", shown(.map(record.input))),
            ("resources", .list(record.resources.filter { $0 != "*" }.map { ["ARN": .text($0)] })),
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
            "principalId": .text(record.caller?.userID ?? ""), "accessKeyId": .text(record.keyID),
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
                        let isSecret =
                            secretWords.contains { word.contains($0) } && word != "nexttoken" && word != "secretid"
                        return (name, isSecret && value.text != nil ? "HIDDEN_DUE_TO_SECURITY_REASONS" : shown(value))
                    }))
        case .list(let list): .list(list.prefix(100).map(shown))
        case .text(let text): .text(String(text.prefix(textMax)))
        default: value
        }
    }
}
