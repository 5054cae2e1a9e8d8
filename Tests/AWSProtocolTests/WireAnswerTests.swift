import AWSProtocol
import Core
import Testing

/// Answers and refusals in each protocol.
@Suite struct WireAnswerTests {
    private static let operation = Operation("Ask", at: RestPlace("PUT", "/a/{b}", status: 202)) {
        _ throws(ServiceProblem) in .null
    }

    private static func text(_ output: Datum, _ wire: WireProtocol) -> String {
        let service = AWSService("test", wire, version: "2020-01-01", operations: [operation])
        let answer = WireAnswer.answer(output, of: operation, service, requestID: "R")
        return String(decoding: answer.body, as: UTF8.self)
    }

    @Test(
        arguments: [
            (["A": 1, "B": .null, "C": [["D": .null]]], WireProtocol.json11, "{\"A\":1,\"C\":[{}]}"),
            (.null, .json11, ""),
            ([:], .json11, "{}"),
            (.null, .restJSON, "{}"),
        ] as [(Datum, WireProtocol, String)]) func leavesOutWhatIsNull(
            _ output: Datum, _ wire: WireProtocol, _ text: String
        )
    {
        #expect(Self.text(output, wire) == text)
    }

    @Test func writesXML() {
        let text = Self.text(["Name": "<a&\"b\">\u{1}", "List": ["x", "y"], "Gone": .null, "Is": true], .query)
        #expect(
            text.contains(
                "<AskResult><Name>&lt;a&amp;&quot;b&quot;&gt;</Name><List><member>x</member><member>y</member></List><Is>true</Is></AskResult>"
            ))
        #expect(text.contains("<ResponseMetadata><RequestId>R</RequestId></ResponseMetadata>"))
    }

    @Test(arguments: [WireProtocol.json10, .json11, .restJSON, .query])
    func refusesInItsOwnWords(_ wire: WireProtocol) {
        let answer = WireAnswer.refusal(ServiceProblem("Code", "why <", status: 409), wire, requestID: "R")
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(answer.status == 409)
        #expect(
            wire == .query
                ? text.contains("<Code>Code</Code><Message>why &lt;</Message>") : text.contains("\"__type\":\"Code\""))
    }
}
