internal import Core
internal import Database
internal import JSON
internal import Records

/// A message that was received.
struct Message: Hashable, Sendable {
    /// What can be told of it beside its body and its own attributes.
    static let systemNames = [
        "All", "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp",
        "SequenceNumber", "MessageDeduplicationId", "MessageGroupId", MessageDraft.traceName,
        "DeadLetterQueueSourceArn",
    ]
    static let columns = """
        m.n, m.key, m.receives, m.sent, m.first, m.source, l.id, l.sender, l.body, l.attributes, l.trace, l.grp
        """

    let id: String
    let handle: ReceiptHandle
    let body: String
    let attributes: [String: MessageAttribute]
    private let system: [String: String]

    init(_ row: Statement) throws(Fault) {
        handle = ReceiptHandle(message: row.int(0), key: row.text(1), receive: row.int(2))
        id = row.text(6)
        body = row.text(8)
        var attributes: [String: MessageAttribute] = [:]
        for (name, value) in try row.datum(9).map?.members ?? [] {
            attributes[name] = MessageAttribute(kept: value)
        }
        self.attributes = attributes
        let system: [String: String?] = [
            "SenderId": row.text(7), "SentTimestamp": String(row.int(3)),
            "ApproximateReceiveCount": String(row.int(2)), "ApproximateFirstReceiveTimestamp": String(row.int(4)),
            "DeadLetterQueueSourceArn": row.optionalText(5).text,
            MessageDraft.traceName: row.optionalText(10).text, "MessageGroupId": row.optionalText(11).text,
        ]
        self.system = system.compactMapValues { $0 }
    }

    func told(_ choice: AttributeChoice, system wanted: AttributeChoice) -> Datum {
        let own = attributes.filter { choice.takes($0.key) }
        let facts = system.filter { wanted.takes($0.key) }.sorted { $0.key < $1.key }
        let shown = own.sorted { $0.key < $1.key }.map { ($0.key, $0.value.datum) }
        return [
            "MessageId": .text(id), "ReceiptHandle": .text(handle.text), "MD5OfBody": .text(MessageText.digest(body)),
            "Body": .text(body),
            "Attributes": facts.isEmpty ? .null : .map(DatumMap(facts.map { ($0.key, .text($0.value)) })),
            // Of those that are told, for that is what a receiver can count.
            "MD5OfMessageAttributes": MessageAttribute.digest(of: own).map(Datum.text) ?? .null,
            "MessageAttributes": shown.isEmpty ? .null : .map(DatumMap(shown)),
        ]
    }
}
