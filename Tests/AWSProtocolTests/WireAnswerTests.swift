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

    @Test func writesFlatXML() {
        var operation = Operation("Ask") { _ throws(ServiceProblem) in .null }
        operation.flat = ["Names": FlatName("Name"), "Attributes": FlatName("Attribute", key: "Key")]
        let service = AWSService("test", .query, version: "2020-01-01", operations: [operation])
        let output: Datum = ["Names": ["a", "b"], "Attributes": ["Names": ["Text": "c"]], "Gone": .null]
        let answer = WireAnswer.answer(output, of: operation, service, requestID: "R")
        let names = "<Name>a</Name><Name>b</Name>"
        let attributes = "<Attribute><Key>Names</Key><Value><Text>c</Text></Value></Attribute>"
        #expect(String(decoding: answer.body, as: UTF8.self).contains("<AskResult>\(names)\(attributes)</AskResult>"))
    }

    @Test(arguments: [
        ("Gone", 400, "Old.Gone;Sender"), ("OtherException", 400, "Other;Sender"),
        ("InternalFailure", 500, "InternalFailure;Receiver"),
    ]) func tellsWhatARefusalWasCalled(_ code: String, _ status: Int, _ older: String) {
        let problem = ServiceProblem(code, "why", status: status)
        let services = [WireProtocol.json10, .query].map {
            AWSService("test", $0, version: "1", olderCodes: ["Gone": "Old.Gone"], operations: [])
        }
        let answers = services.map { WireAnswer.refusal(problem, $0, requestID: "R") }
        #expect(answers[0].queryError == older && answers[0].errorType == code)
        let named = code == "Gone" ? "Old.Gone" : code
        #expect(String(decoding: answers[1].body, as: UTF8.self).contains("<Code>\(named)</Code>"))
    }

    /// Who declares an answer looks for its element.
    @Test(arguments: [([:], true), (["Gone": .null], true), (.null, false)] as [(Datum, Bool)])
    func hasAnElementForAnAnswerWithoutMembers(_ output: Datum, _ hasElement: Bool) {
        #expect(Self.text(output, .query).contains("<AskResult></AskResult>") == hasElement)
    }

    @Test(arguments: [
        (WireProtocol.json10, #""faults":[{"Path":"/"}]"#),
        (.query, "<faults><member><Path>/</Path></member></faults></Error>"),
    ])
    func refusesWithDocuments(_ wire: WireProtocol, _ part: String) {
        var problem = ServiceProblem("Code", "why")
        problem.documents = ["faults": [["Path": "/"]]]
        let answer = WireAnswer.refusal(problem, wire, requestID: "R")
        #expect(String(decoding: answer.body, as: UTF8.self).contains(part))
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
