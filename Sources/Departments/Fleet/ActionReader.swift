internal import Core
internal import TopicRules

/// Reads the members of one action, and names the one that is not as it should be.
struct ActionReader {
    private static let members = [
        "cloudwatchAlarm": ["roleArn", "alarmName", "stateReason", "stateValue"],
        "cloudwatchLogs": ["roleArn", "logGroupName", "batchMode"],
        "cloudwatchMetric": [
            "roleArn", "metricNamespace", "metricName", "metricValue", "metricUnit", "metricTimestamp",
        ],
        "republish": ["roleArn", "topic", "qos"], "s3": ["roleArn", "bucketName", "key", "cannedAcl"],
        "sqs": ["roleArn", "queueUrl", "useBase64"],
    ]
    /// What they all say here: an object is its bucket owner's.
    private static let sameACLs = ["private", "bucket-owner-read", "bucket-owner-full-control"]

    private let place: String
    private let map: DatumMap
    private(set) var asksForSender = false

    init(_ datum: Datum, _ action: String, at place: String) throws(ServiceProblem) {
        self.place = place
        guard let map = datum.map else {
            throw FleetProblem.invalid("\(place) has to be an object, not \(datum.kindName)")
        }
        self.map = map
        let known = Self.members[action] ?? []
        if let stranger = map.keys.first(where: { !known.contains($0) && map[$0]?.isNull == false }) {
            throw FleetProblem.invalid(
                "\(place).\(stranger.prefix(80)) is not offered here: \(known.joined(separator: ", ")) are")
        }
        let role = try text("roleArn")
        guard role.hasPrefix("arn:aws:iam::"), role.contains(":role/") else {
            throw refusal("roleArn", "must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME")
        }
    }

    func refusal(_ member: String, _ why: String) -> ServiceProblem {
        FleetProblem.invalid("\(place).\(member) \(why)")
    }

    func text(_ member: String) throws(ServiceProblem) -> String {
        guard let text = map[member]?.text, !text.isEmpty else { throw refusal(member, "has to be given, as a text") }
        return text
    }

    func flag(_ member: String) throws(ServiceProblem) -> Bool {
        guard let value = map[member], !value.isNull else { return false }
        guard let flag = value.bool else { throw refusal(member, "is true or false") }
        return flag
    }

    func whole(_ member: String, in range: ClosedRange<Int>) throws(ServiceProblem) -> Int? {
        guard let value = map[member], !value.isNull else { return nil }
        guard let whole = value.whole, range.contains(whole) else {
            throw refusal(member, "is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    mutating func optionalTemplate(_ member: String) throws(ServiceProblem) -> SubstitutionTemplate? {
        guard let value = map[member], !value.isNull else { return nil }
        return try template(member)
    }

    mutating func template(_ member: String) throws(ServiceProblem) -> SubstitutionTemplate {
        let text = try text(member)
        do throws(SQLRefusal) {
            let template = try SubstitutionTemplate(parsing: text)
            asksForSender = asksForSender || template.asksForSender
            return template
        } catch { throw FleetProblem.sql("\(place).\(member): \(error)") }
    }

    mutating func topic(_ member: String) throws(ServiceProblem) -> SubstitutionTemplate {
        let template = try template(member)
        let text = template.text
        if text.hasPrefix("$"), !text.hasPrefix("$$"), !text.hasPrefix("${") {
            throw refusal(member, "begins with one $: for a reserved topic write $$aws/...")
        }
        if template.isPlain, let complaint = RepublishTopic.complaint(RepublishTopic.unescaped(text)) {
            throw refusal(member, "cannot be \(text.prefix(200)): \(complaint)")
        }
        return template
    }

    func checkACL() throws(ServiceProblem) {
        guard let value = map["cannedAcl"], !value.isNull else { return }
        guard let text = value.text, Self.sameACLs.contains(text) else {
            throw refusal("cannedAcl", "is not offered but for \(Self.sameACLs.joined(separator: ", "))")
        }
    }
}

extension FleetProblem {
    static func sql(_ why: String) -> ServiceProblem { ServiceProblem("SqlParseException", why) }
}
