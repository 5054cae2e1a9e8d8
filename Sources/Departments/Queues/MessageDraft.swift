internal import Core

/// A message that is to be sent, held against every rule but its queue's.
struct MessageDraft: Hashable, Sendable {
    static let traceName = "AWSTraceHeader"
    private static let attributesMax = 10
    private static let groupMax = 128

    let id = UniqueID.random()
    let body: String
    let attributes: [String: MessageAttribute]
    /// What AWS's own tools carry along.
    let trace: MessageAttribute?
    let group: String?
    /// Milliseconds; nil for what the queue says.
    let delay: Int64?
    let sender: String

    /// `entry`: a whole request, or an entry of a batch.
    init(_ entry: Datum, sender: String) throws(ServiceProblem) {
        guard let body = entry["MessageBody"]?.text, !body.isEmpty else {
            throw ServiceProblem("MissingParameter", "The request must contain the parameter MessageBody.")
        }
        try MessageText.check(body)
        self.body = body
        self.sender = sender
        attributes = try Self.attributes(entry["MessageAttributes"]?.map ?? DatumMap())
        trace = try Self.trace(entry["MessageSystemAttributes"]?.map ?? DatumMap())
        group = try Self.group(entry)
        delay = try Self.delay(entry)
    }

    /// What another department sends.
    init(_ letter: QueueLetter, sender: String) throws(ServiceProblem) {
        let attributes = letter.attributes.sorted { $0.key < $1.key }.map { name, text in
            (name, MessageAttribute(type: "String", value: .text(text)).datum)
        }
        try self.init(
            ["MessageBody": .text(letter.text), "MessageAttributes": .map(DatumMap(attributes))], sender: sender)
    }

    /// Attributes count; those of AWS's own tools do not.
    var byteCount: Int { attributes.reduce(body.utf8.count) { $0 + $1.key.utf8.count + $1.value.byteCount } }

    private static func attributes(_ given: DatumMap) throws(ServiceProblem) -> [String: MessageAttribute] {
        guard given.count <= attributesMax else {
            throw QueueProblem.invalid(
                "Number of message attributes [\(given.count)] exceeds the allowed maximum [10].")
        }
        var attributes: [String: MessageAttribute] = [:]
        for (name, value) in given.members {
            try MessageAttributeName.check(name)
            attributes[name] = try MessageAttribute(value, named: name)
        }
        return attributes
    }

    private static func trace(_ given: DatumMap) throws(ServiceProblem) -> MessageAttribute? {
        if let stranger = given.keys.first(where: { $0 != traceName }) {
            throw QueueProblem.invalid(
                stranger, for: "MessageSystemAttributes", "Only \(traceName) may be sent as a system attribute.")
        }
        guard let value = given[traceName] else { return nil }
        let trace = try MessageAttribute(value, named: traceName)
        guard trace.type == "String" else {
            throw QueueProblem.invalid("The message system attribute '\(traceName)' must be of type String.")
        }
        return trace
    }

    /// Standard queues have groups as well, and nothing that tells two messages to be one.
    private static func group(_ entry: Datum) throws(ServiceProblem) -> String? {
        guard entry["MessageDeduplicationId"]?.text == nil else {
            throw QueueProblem.invalid(
                "MessageDeduplicationId is not valid for this queue type: it belongs to FIFO queues."
            )
        }
        guard let group = entry["MessageGroupId"]?.text else { return nil }
        guard (1...groupMax).contains(group.utf8.count), group.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw QueueProblem.invalid(
                group, for: "MessageGroupId",
                "MessageGroupId can only include 1 to 128 letters, digits and punctuation.")
        }
        return group
    }

    private static func delay(_ entry: Datum) throws(ServiceProblem) -> Int64? {
        guard let seconds = entry["DelaySeconds"]?.whole else { return nil }
        let range = QueueAttributes.delay.range
        guard range.contains(seconds) else {
            throw QueueProblem.invalid(
                "\(seconds)", for: "DelaySeconds", "DelaySeconds must be >= 0 and <= \(range.upperBound).")
        }
        return Int64(seconds) * 1000
    }
}
