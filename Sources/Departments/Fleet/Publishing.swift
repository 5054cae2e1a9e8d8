internal import AWSDoor
internal import AWSProtocol
internal import Broker
internal import Core
internal import Records

/// Messages over HTTP.
struct Publishing: Sendable {
    let desk: FleetDesk
    private static let topicBytesMax = 256
    /// The broker is spoken to in MQTT 3.1.1, which has no room for what version 5 writes beside a message.
    private static let properties = [
        "userProperties", "payloadFormatIndicator", "contentType", "responseTopic", "correlationData", "messageExpiry",
    ]
    /// A topic, whose slashes may be written as they are.
    static let topic = Member("topic", required: true, 1...topicBytesMax)
    static let on = FleetDesk.on("topic", "topic")

    var operations: [Operation] {
        let place = RestPlace(
            "POST", "/topics/{topic+}",
            query: [
                "qos": "qos", "retain": "retain", "contentType": "contentType", "responseTopic": "responseTopic",
                "messageExpiry": "messageExpiry",
            ],
            fields: [
                "x-amz-mqtt5-user-properties": "userProperties",
                "x-amz-mqtt5-payload-format-indicator": "payloadFormatIndicator",
                "x-amz-mqtt5-correlation-data": "correlationData",
            ], payload: "payload")
        let members = [
            Self.topic, Member("qos", .whole, 0...1), Member("retain", .flag), Member("payload", .blob),
        ]
        return [
            Operation(
                "Publish", members + Self.properties.map { Member($0) }, at: place, on: Self.on,
                needs: { call in
                    call.flag("retain") ? Self.on(call).map { Leave("iot:RetainPublish", on: $0) } : []
                }
            ) { call throws(ServiceProblem) in
                try publish(call)
                return .null
            }
        ]
    }

    private func publish(_ call: Call) throws(ServiceProblem) {
        let (topic, isKept) = (call["topic"], call.flag("retain"))
        try Self.check(topic, isKept: isKept)
        if let property = Self.properties.first(where: { call.input[$0] != nil }) {
            throw FleetProblem.invalid("\(property) is not offered: the hub's messages are of MQTT 3.1.1")
        }
        let payload = call.blob("payload") ?? []
        guard payload.count <= KeptMessage.bytesMax else {
            throw FleetProblem.invalid("a message may have \(KeptMessage.bytesMax) bytes, not \(payload.count)")
        }
        if isKept {
            try admit(call)
            if desk.retaining.isFull {
                throw FleetProblem.tooFast("retained messages come faster than the disk takes them")
            }
            if let objection = desk.retained.objection(to: topic, bytes: payload.count) {
                throw FleetProblem.invalid(objection)
            }
        }
        try desk.deliver(
            Posting(
                topic: topic, payload: payload, quality: call.whole("qos") ?? 0, isKept: isKept, isAwaited: true))
        // The broker has told the hub of it before it said that it has it: what is written after that is written after it.
        if isKept { try desk.shelf.change { _ in } }
    }

    private static func check(_ topic: String, isKept: Bool) throws(ServiceProblem) {
        guard topic.utf8.count <= topicBytesMax, !topic.utf8.contains(where: { "+#\0".utf8.contains($0) }) else {
            throw FleetProblem.invalid("a topic has up to \(topicBytesMax) bytes, and none of + and # in it")
        }
        guard FleetDesk.isSpeakable(topic) else { throw FleetProblem.invalid("a topic holds no control characters") }
        guard !FleetDesk.isOfHub(topic) else {
            throw FleetProblem.invalid("what is told under \(FleetDesk.events) is told by the hub alone")
        }
        guard !topic.hasPrefix("$") || topic.hasPrefix(FleetDesk.reserved) && !isKept else {
            throw FleetProblem.invalid(
                "of topics that begin with $ there are those of \(FleetDesk.reserved), and nothing of them is retained")
        }
    }

    /// A device needs leave to have something kept, too. Whoever signs has been asked for what the operation is called alone.
    private func admit(_ call: Call) throws(ServiceProblem) {
        guard let device = try desk.device(call.caller.keyID) else { return }
        let (action, resource) = ("iot:RetainPublish", call.arn("iot", "topic/\(call["topic"])"))
        if let objection = try desk.objection(to: action, on: resource, by: device, call.conditions) {
            throw ServiceProblem(
                "AccessDeniedException",
                "\(device.arn) is not authorized to perform: \(action) on resource: \(resource) \(objection)",
                status: 403)
        }
    }
}

extension FleetDesk {
    /// Topics that mean something to the hub.
    static let reserved = "$aws/"
    /// Topics of what the hub tells of itself.
    static let events = reserved + "events/"
    static func isOfHub(_ topic: String) -> Bool { topic.hasPrefix(events) }

    /// MQTT's text: the broker's library takes neither control characters nor what is no character.
    static func isSpeakable(_ topic: String) -> Bool {
        topic.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
                && !(0xfdd0...0xfdef).contains(scalar.value) && scalar.value & 0xfffe != 0xfffe
        }
    }

    func deliver(_ posting: Posting) throws(ServiceProblem) {
        let carry = courier
        do throws(Fault) {
            guard let carry else { throw Fault(.unavailable, "this hub has no broker: its log says why") }
            try carry(posting)
        } catch { throw ServiceProblem("InternalFailureException", "\(error)", status: 500) }
    }
}
