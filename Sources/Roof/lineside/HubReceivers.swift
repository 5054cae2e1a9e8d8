internal import Core
internal import Events
internal import Queues
internal import Telemetry

/// Log groups as targets of rules.
struct LogGroupReceiver: EventReceiver {
    let logs: LogsDesk
    let name = "log-groups"
    let batchMax = 250

    func receives(_ arn: String) -> Bool { arn.hasPrefix("arn:aws:logs:") && arn.contains(":log-group:") }

    func receive(_ letters: [EventLetter], at arn: String) throws(DeliveryRefusal) {
        do throws(ServiceProblem) { try logs.receive(letters.map(\.payload), inGroup: arn) } catch {
            throw DeliveryRefusal(error, missing: "ResourceNotFoundException")
        }
    }
}

/// Queues as targets of rules, and for what could not be delivered elsewhere.
struct QueueReceiver: EventReceiver, DeadLetterBox {
    let queues: QueuesDesk
    let name = "queues"
    let batchMax = 250

    func receives(_ arn: String) -> Bool { arn.hasPrefix("arn:aws:sqs:") }

    func receive(_ letters: [EventLetter], at arn: String) throws(DeliveryRefusal) {
        do throws(ServiceProblem) {
            try queues.put(letters.map { QueueLetter(Self.text($0.payload), attributes: [:]) }, to: arn)
        } catch { throw DeliveryRefusal(error, missing: "QueueDoesNotExist") }
    }

    func has(_ arn: String) -> Bool { queues.has(arn) }

    func keep(_ letter: DeadLetter, at arn: String) throws(ServiceProblem) {
        try queues.put([QueueLetter(Self.text(letter.payload), attributes: letter.attributes)], to: arn)
    }

    private static func text(_ payload: [UInt8]) -> String { String(decoding: payload, as: UTF8.self) }
}
