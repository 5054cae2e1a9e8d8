package import Core
internal import JSON

/// One thing that a rule wants done with what it made of a message: everything in it is settled.
package struct TopicAction: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        case topic(String, quality: Int)
        /// `isBatch`: the payload is a list of events. `stream`: what its stream's name begins with.
        case logGroup(String, stream: String, isBatch: Bool)
        case metric(namespace: String, name: String, unit: String, value: Double, seconds: Double?)
        case alarm(String, state: String, reason: String)
        case queue(url: String, isEncoded: Bool)
        case object(bucket: String, key: String)
    }

    package let place: Place
    package let payload: [UInt8]
}

/// Whoever carries actions out: departments do not know each other.
package protocol TopicActions: Sendable {
    /// Actions for one receiver, all of them or none. A refusal with a status below 500 is final: it would come again.
    func carry(_ actions: [TopicAction]) throws(ServiceProblem)
}

extension TopicAction.Place {
    /// Actions with the same receiver are carried together.
    var receiver: String {
        switch self {
        case .topic: "topics"
        case .logGroup(let group, let stream, _): "log group \(group) \(stream)"
        case .metric: "metrics"
        case .alarm(let name, _, _): "alarm \(name)"
        case .queue(let url, _): "queue \(url)"
        case .object(let bucket, _): "bucket \(bucket)"
        }
    }

    /// As error actions are told what failed, and with what.
    /// <https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html>
    var failedAction: (name: String, resource: String) {
        switch self {
        case .topic(let topic, _): ("RepublishAction", topic)
        case .logGroup(let group, _, _): ("CloudwatchLogsAction", group)
        case .metric(let namespace, let name, _, _, _): ("CloudwatchMetricAction", "\(namespace)/\(name)")
        case .alarm(let name, _, _): ("CloudwatchAlarmAction", name)
        case .queue(let url, _): ("SqsAction", url)
        case .object(let bucket, _): ("S3Action", bucket)
        }
    }

    // MARK: kept

    var datum: Datum {
        switch self {
        case .topic(let topic, let quality): ["topic": .text(topic), "quality": .whole(quality)]
        case .logGroup(let group, let stream, let isBatch):
            ["logGroup": .text(group), "stream": .text(stream), "isBatch": .bool(isBatch)]
        case .metric(let namespace, let name, let unit, let value, let seconds):
            [
                "metric": .text(name), "namespace": .text(namespace), "unit": .text(unit), "value": .number(value),
                "seconds": seconds.map(Datum.number) ?? .null,
            ]
        case .alarm(let name, let state, let reason):
            ["alarm": .text(name), "state": .text(state), "reason": .text(reason)]
        case .queue(let url, let isEncoded): ["queue": .text(url), "isEncoded": .bool(isEncoded)]
        case .object(let bucket, let key): ["bucket": .text(bucket), "key": .text(key)]
        }
    }

    init?(_ datum: Datum) {
        func text(_ name: String) -> String { datum[name]?.text ?? "" }
        if let topic = datum["topic"]?.text {
            self = .topic(topic, quality: datum["quality"]?.whole ?? 0)
        } else if let group = datum["logGroup"]?.text {
            self = .logGroup(group, stream: text("stream"), isBatch: datum["isBatch"]?.bool ?? false)
        } else if let name = datum["metric"]?.text {
            self = .metric(
                namespace: text("namespace"), name: name, unit: text("unit"), value: datum["value"]?.number ?? 0,
                seconds: datum["seconds"]?.number)
        } else if let name = datum["alarm"]?.text {
            self = .alarm(name, state: text("state"), reason: text("reason"))
        } else if let url = datum["queue"]?.text {
            self = .queue(url: url, isEncoded: datum["isEncoded"]?.bool ?? false)
        } else if let bucket = datum["bucket"]?.text {
            self = .object(bucket: bucket, key: text("key"))
        } else {
            return nil
        }
    }
}
