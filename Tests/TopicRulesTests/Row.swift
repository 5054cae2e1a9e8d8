import Core
import JSON
import Testing

@testable import TopicRules

/// A message as tests send it.
func message(
    _ payload: String, topic: String = "plant/line-1/temperature", client: String? = "core-1",
    certificate: String? = "c0ffee", milliseconds: Int64 = 1_481_825_251_155
) -> RuleMessage {
    RuleMessage(
        topic: topic, payload: Array(payload.utf8), client: client, certificate: certificate, account: "123456789012",
        milliseconds: milliseconds, trace: "trace")
}

/// What a statement makes of a message: JSON, nothing where the message is none of the rule's, or why it fails.
func outcome(_ sql: String, _ message: RuleMessage) throws -> String? {
    try RuleStatement(parsing: sql, version: "2016-03-23").outcome(for: message).map {
        String(decoding: $0, as: UTF8.self)
    }
}

/// An expression, the message it is about, and what comes of it: JSON, or nil for Undefined.
struct Row: Sendable, CustomTestStringConvertible {
    let expression: String
    let payload: String
    let wanted: String?

    init(_ expression: String, _ payload: String = "{}", is wanted: String?) {
        self.expression = expression
        self.payload = payload
        self.wanted = wanted
    }

    var testDescription: String { "\(expression) of \(payload.prefix(80))" }

    func check() throws {
        let result = try outcome("SELECT \(expression) AS it FROM 'a'", message(payload)) ?? "nothing"
        let found = try Datum(json: Array(result.utf8))["it"]
        let wanted = try wanted.map { try Datum(json: Array($0.utf8)) }
        // A whole number and a decimal of the same value are written in different ways, and mean the same.
        if let left = found?.number, let right = wanted?.number {
            #expect(abs(left - right) <= abs(right) * 1e-12)
        } else {
            #expect(found == wanted)
        }
    }
}
