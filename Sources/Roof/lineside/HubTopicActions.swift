internal import Broker
internal import Core
internal import Fleet
internal import JSON
internal import Objects
internal import Queues
internal import Synchronization
internal import Telemetry

/// What rules about messages want done, by whoever does it.
final class HubTopicActions: TopicActions {
    private static let service = "iot.amazonaws.com"

    private let logs: LogsDesk
    private let metrics: MetricsDesk
    private let queues: QueuesDesk
    private let objects: ObjectsDesk
    private let line = Mutex<RuleLine?>(nil)

    init(logs: LogsDesk, metrics: MetricsDesk, queues: QueuesDesk, objects: ObjectsDesk) {
        self.logs = logs
        self.metrics = metrics
        self.queues = queues
        self.objects = objects
    }

    /// There is a broker now.
    func connect(_ line: RuleLine) { self.line.withLock { $0 = line } }

    /// Objects and alarms come one by one: what was done before one of them failed is done again, to the same effect.
    func carry(_ actions: [TopicAction]) throws(ServiceProblem) {
        var letters: [RuleLine.Letter] = []
        var figures: [MetricFigure] = []
        var lines: [LogLine] = []
        var texts: [QueueLetter] = []
        for action in actions {
            switch action.place {
            case .topic(let topic, let quality):
                letters.append(RuleLine.Letter(topic: topic, payload: action.payload, quality: quality))
            case .logGroup(_, _, let isBatch): lines += try Self.lines(action.payload, isBatch: isBatch)
            case .metric(let namespace, let name, let unit, let value, let seconds):
                figures.append(
                    MetricFigure(namespace: namespace, name: name, unit: unit, value: value, seconds: seconds))
            case .alarm(let name, let state, let reason):
                try metrics.setAlarm(name, to: state, because: reason)
            case .queue(_, let isEncoded):
                texts.append(QueueLetter(isEncoded ? Base64.text(action.payload) : Self.text(action.payload)))
            case .object(let bucket, let key):
                try objects.put(action.payload, as: key, in: bucket, by: Self.service)
            }
        }
        switch actions.first?.place {
        case .topic: try say(letters)
        case .logGroup(let group, let stream, _): try logs.take(lines, inGroup: group, stream: stream)
        case .metric: try metrics.put(figures)
        case .queue(let url, _): try queues.put(texts, atURL: url)
        case .alarm, .object, nil: break
        }
    }

    private func say(_ letters: [RuleLine.Letter]) throws(ServiceProblem) {
        guard let line = line.withLock({ $0 }) else {
            throw ServiceProblem("ServiceUnavailableException", "there is no broker", status: 503)
        }
        do throws(Fault) { try line.say(letters) } catch {
            // What can never be said is given up, and holds up no other.
            if error.code == .invalid { throw ServiceProblem("InvalidRequestException", "\(error)", status: 400) }
            throw ServiceProblem("ServiceUnavailableException", "\(error)", status: 503)
        }
    }

    private static func text(_ payload: [UInt8]) -> String { String(decoding: payload, as: UTF8.self) }

    // > In batch mode the payload must be a JSON array of records that contain timestamp and message.
    // <https://docs.aws.amazon.com/iot/latest/developerguide/cloudwatch-logs-rule-action.html>
    private static func lines(_ payload: [UInt8], isBatch: Bool) throws(ServiceProblem) -> [LogLine] {
        guard isBatch else { return [LogLine(text(payload))] }
        let wrong = ServiceProblem(
            "InvalidParameterException", "with batchMode a message is a list of objects with timestamp and message")
        guard let list = (try? Datum(json: payload))?.list else { throw wrong }
        var lines: [LogLine] = []
        for event in list {
            guard let at = event["timestamp"]?.whole(in: 0...Int(Int32.max) * 1000),
                let message = event["message"]?.text
            else { throw wrong }
            lines.append(LogLine(message, at: Int64(at)))
        }
        return lines
    }
}
