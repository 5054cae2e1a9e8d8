package import AWSProtocol
internal import Core
internal import JSON

extension AuditLog {
    /// CloudTrail's reading of the audit.
    package var service: AWSService {
        let attribute = Shape.structure([
            Member("AttributeKey", required: true), Member("AttributeValue", required: true, 1...2000),
        ])
        let operation = Operation(
            "LookupEvents",
            [
                Member("LookupAttributes", .list(attribute), 0...1), Member("StartTime", .time),
                Member("EndTime", .time), Member("MaxResults", .whole, 1...50), Member("NextToken"),
                Member("EventCategory"),
            ]
        ) { [self] call throws(ServiceProblem) in try lookup(call) }
        return AWSService(
            "cloudtrail", .json11,
            targets: ["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail_20131101"],
            version: "2013-11-01", operations: [operation])
    }

    private static let lookedThroughMax = 100_000

    private func lookup(_ call: Call) throws(ServiceProblem) -> Datum {
        let limit = call.whole("MaxResults") ?? 50
        let wanted = call.list("LookupAttributes").first
        let (key, value) = (wanted?["AttributeKey"]?.text, wanted?["AttributeValue"]?.text)
        let known = ["EventId", "EventName", "ReadOnly", "Username", "ResourceName", "EventSource", "AccessKeyId"]
        if let key, !known.contains(key) {
            throw ServiceProblem(
                "InvalidLookupAttributesException", "\(key) is none of \(known.joined(separator: ", ")).")
        }
        let (from, until) = (call.milliseconds("StartTime") ?? 0, call.milliseconds("EndTime") ?? .max)
        guard from <= until else {
            throw ServiceProblem("InvalidTimeRangeException", "The start of the time range is after its end.")
        }
        let token = try call.text("NextToken").map { text throws(ServiceProblem) in
            try Paging.key(in: text, "InvalidNextTokenException")
        }
        var events: [Datum] = []
        var last: Int64?
        var isMore = false
        var seen = 0
        try entries(
            from: from, until: until, before: token.flatMap { Int64($0) }, name: key == "EventName" ? value : nil,
            who: key == "Username" ? value : nil
        ) { number, body in
            guard events.count < limit, seen < Self.lookedThroughMax else {
                isMore = true
                return false
            }
            seen += 1
            last = number
            if let entry = try? Datum(json: body), Self.matches(entry, key, value) {
                events.append(Self.row(entry, body))
            }
            return true
        }
        return page(events, after: isMore ? last : nil)
    }

    private func page(_ events: [Datum], after last: Int64?) -> Datum {
        ["Events": .list(events), "NextToken": last.map { .text(Paging.token(after: "\($0)")) } ?? .null]
    }

    private static func matches(_ entry: Datum, _ key: String?, _ value: String?) -> Bool {
        switch key {
        case "EventId": entry["eventID"]?.text == value
        case "ReadOnly": entry["readOnly"]?.bool.map { "\($0)" } == value
        case "EventSource": entry["eventSource"]?.text == value
        case "AccessKeyId": entry["userIdentity"]?["accessKeyId"]?.text == value
        case "ResourceName":
            entry["resources"]?.list?.contains { $0["ARN"]?.text?.hasSuffix(value ?? "") ?? false } ?? false
        default: true
        }
    }

    private static func row(_ entry: Datum, _ body: [UInt8]) -> Datum {
        let time = entry["eventTime"]?.text.flatMap { CivilTime(iso: $0) }?.milliseconds ?? 0
        return [
            "EventId": entry["eventID"] ?? .null, "EventName": entry["eventName"] ?? .null,
            "ReadOnly": .text(entry["readOnly"]?.bool == true ? "true" : "false"),
            "AccessKeyId": entry["userIdentity"]?["accessKeyId"] ?? .null, "EventTime": .number(Double(time) / 1000),
            "EventSource": entry["eventSource"] ?? .null, "Username": entry["userIdentity"]?["userName"] ?? .null,
            "Resources": .list((entry["resources"]?.list ?? []).map { ["ResourceName": $0["ARN"] ?? .null] }),
            "CloudTrailEvent": .text(String(decoding: body, as: UTF8.self)),
        ]
    }
}
