internal import AWSProtocol
internal import Core
internal import TopicRules

/// What a rule wants done, with places where each message puts its own words.
struct RuleAction: Hashable, Sendable {
    private enum Kind: Hashable, Sendable {
        case republish(topic: SubstitutionTemplate, quality: Int)
        case logs(group: SubstitutionTemplate, isBatch: Bool)
        case metric(
            namespace: SubstitutionTemplate, name: SubstitutionTemplate, unit: SubstitutionTemplate,
            value: SubstitutionTemplate, seconds: SubstitutionTemplate?)
        case alarm(name: SubstitutionTemplate, state: SubstitutionTemplate, reason: SubstitutionTemplate)
        case queue(url: String, isEncoded: Bool)
        case object(bucket: SubstitutionTemplate, key: SubstitutionTemplate)
    }

    static let offered = ["cloudwatchAlarm", "cloudwatchLogs", "cloudwatchMetric", "republish", "s3", "sqs"]
    /// Of AWS's names; others are wrong rather than absent.
    private static let absent: Set<String> = [
        "dynamoDB", "dynamoDBv2", "elasticsearch", "firehose", "http", "influxDB", "iotAnalytics", "iotEvents",
        "iotSiteWise", "kafka", "kinesis", "lambda", "location", "openSearch", "salesforce", "sns", "stepFunctions",
        "timestream",
    ]

    private let kind: Kind
    let asksForSender: Bool

    /// `place`: what it is called in the request.
    init(_ datum: Datum, at place: String) throws(ServiceProblem) {
        guard let map = datum.map?.members.filter({ !$0.value.isNull }), let (name, value) = map.first, map.count == 1
        else { throw FleetProblem.invalid("\(place) has to be an object with one member, the action") }
        guard Self.offered.contains(name) else {
            let list = Self.offered.joined(separator: ", ")
            throw FleetProblem.invalid(
                Self.absent.contains(name)
                    ? "the action \(name) of \(place) is not offered here: \(list) are"
                    : "there is no action \(name.prefix(80)) in \(place): \(list) are offered")
        }
        var reader = try ActionReader(value, name, at: "\(place).\(name)")
        kind = try Self.kind(name, &reader)
        asksForSender = reader.asksForSender
    }

    private static func kind(_ name: String, _ reader: inout ActionReader) throws(ServiceProblem) -> Kind {
        switch name {
        case "republish":
            return .republish(topic: try reader.topic("topic"), quality: try reader.whole("qos", in: 0...1) ?? 0)
        case "cloudwatchLogs":
            return .logs(group: try reader.template("logGroupName"), isBatch: try reader.flag("batchMode"))
        case "cloudwatchMetric":
            return .metric(
                namespace: try reader.template("metricNamespace"), name: try reader.template("metricName"),
                unit: try reader.template("metricUnit"), value: try reader.template("metricValue"),
                seconds: try reader.optionalTemplate("metricTimestamp"))
        case "cloudwatchAlarm":
            let state = try reader.template("stateValue")
            guard !state.isPlain || ["OK", "ALARM", "INSUFFICIENT_DATA"].contains(state.text) else {
                throw reader.refusal("stateValue", "is OK, ALARM or INSUFFICIENT_DATA")
            }
            return .alarm(
                name: try reader.template("alarmName"), state: state, reason: try reader.template("stateReason"))
        case "sqs": return .queue(url: try reader.text("queueUrl"), isEncoded: try reader.flag("useBase64"))
        default:
            try reader.checkACL()
            return .object(bucket: try reader.template("bucketName"), key: try reader.template("key"))
        }
    }

    /// What whoever makes the rule must be allowed himself: it acts for him. What each message fills in may be anything.
    func leaves(region: String, account: String) -> [Leave] {
        func known(_ template: SubstitutionTemplate) -> String { template.isPlain ? template.text : "*" }
        let home = "\(region):\(account)"
        switch kind {
        case .republish(let topic, _):
            return [Leave("iot:Publish", on: "arn:aws:iot:\(home):topic/\(RepublishTopic.unescaped(known(topic)))")]
        // As targets of rules of the event bus: log groups ask nobody for leave.
        case .logs: return []
        case .metric: return [Leave("cloudwatch:PutMetricData", on: "*")]
        case .alarm(let name, _, _):
            return [Leave("cloudwatch:SetAlarmState", on: "arn:aws:cloudwatch:\(home):alarm:\(known(name))")]
        case .queue(let url, _):
            let parts = url.split(separator: "/").suffix(2)
            return [Leave("sqs:SendMessage", on: "arn:aws:sqs:\(region):\(parts.joined(separator: ":"))")]
        case .object(let bucket, let key):
            return [Leave("s3:PutObject", on: "arn:aws:s3:::\(known(bucket))/\(known(key))")]
        }
    }

    /// What it is for one message. `stem`: what streams of logs are called by.
    func place(
        for message: RuleMessage, version: String, stem: String
    ) throws(RuleFailure) -> TopicAction.Place {
        func filled(_ template: SubstitutionTemplate) throws(RuleFailure) -> String {
            try template.text(for: message, version: version)
        }
        switch kind {
        case .republish(let topic, let quality):
            let topic = RepublishTopic.unescaped(try filled(topic))
            if let complaint = RepublishTopic.complaint(topic) { throw RuleFailure(complaint) }
            return .topic(topic, quality: quality)
        case .logs(let group, let isBatch): return .logGroup(try filled(group), stream: stem, isBatch: isBatch)
        case .metric(let namespace, let name, let unit, let value, let seconds):
            return .metric(
                namespace: try filled(namespace), name: try filled(name), unit: try filled(unit),
                value: try Self.number(try filled(value), "metricValue"),
                seconds: try seconds.map { seconds throws(RuleFailure) in
                    try Self.number(try filled(seconds), "metricTimestamp")
                })
        case .alarm(let name, let state, let reason):
            return .alarm(try filled(name), state: try filled(state), reason: try filled(reason))
        case .queue(let url, let isEncoded): return .queue(url: url, isEncoded: isEncoded)
        case .object(let bucket, let key): return .object(bucket: try filled(bucket), key: try filled(key))
        }
    }

    private static func number(_ text: String, _ member: String) throws(RuleFailure) -> Double {
        guard let number = Double(text), number.isFinite else {
            throw RuleFailure("\(member) is '\(text.prefix(80))', which is no number")
        }
        return number
    }

    /// As error actions are told what failed where it did not come to a place.
    var failedAction: (name: String, resource: String) {
        switch kind {
        case .republish(let topic, _): ("RepublishAction", topic.text)
        case .logs(let group, _): ("CloudwatchLogsAction", group.text)
        case .metric(_, let name, _, _, _): ("CloudwatchMetricAction", name.text)
        case .alarm(let name, _, _): ("CloudwatchAlarmAction", name.text)
        case .queue(let url, _): ("SqsAction", url)
        case .object(let bucket, _): ("S3Action", bucket.text)
        }
    }
}

/// Where messages may be passed on to.
enum RepublishTopic {
    // > To republish to a reserved topic, which begins with $, use $$ instead. Republishing to reserved job topics is
    // > not supported. <https://docs.aws.amazon.com/iot/latest/developerguide/republish-rule-action.html>
    static func unescaped(_ topic: String) -> String { topic.hasPrefix("$$") ? String(topic.dropFirst()) : topic }

    /// Why nothing is passed on to it; nil when something is.
    static func complaint(_ topic: String) -> String? {
        if let complaint = TopicFilter.complaint(topic: topic) { return complaint }
        guard FleetDesk.isSpeakable(topic) else { return "a topic holds no control characters" }
        let words = topic.split(separator: "/", omittingEmptySubsequences: false)
        if words.count > 3, words[0] == "$aws", words[1] == "things", words[3] == "jobs" {
            return "nothing is republished to topics of jobs"
        }
        if FleetDesk.isOfHub(topic) { return "what is told under \(FleetDesk.events) is told by the hub alone" }
        return topic.hasPrefix("$") && words[0] != "$aws"
            ? "of the topics with a $ only $$aws/... can be republished to" : nil
    }
}
