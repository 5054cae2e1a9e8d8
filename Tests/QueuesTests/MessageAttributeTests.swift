import Core
import Testing

@testable import Queues

/// What messages carry, and how clients hold it against what they sent.
@Suite struct MessageAttributeTests {
    @Test func digestsAsClientsDo() {
        let number = MessageAttribute(type: "Number", value: .text("1493147359900"))
        #expect(MessageAttribute.digest(of: ["timestamp": number]) == "235c5c510d26fb653d073faed50ae77c")
        let several = [
            "b.2": MessageAttribute(type: "Binary.png", value: .binary([0, 1])),
            "A": MessageAttribute(type: "String", value: .text("ä")),
            "a": MessageAttribute(type: "Number.int", value: .text("7")),
        ]
        #expect(MessageAttribute.digest(of: several) == "8f001a904f03239fb0e082f42af3c2ac")
        #expect(MessageAttribute.digest(of: [:]) == nil)
    }

    @Test(
        arguments: [
            ["DataType": "String", "StringValue": "a"], ["DataType": "Number.float", "StringValue": "-1.5e3"],
            ["DataType": "Binary", "BinaryValue": "AAE="],
        ] as [Datum]) func comesBackAsItCame(_ datum: Datum) throws
    {
        #expect(try MessageAttribute(datum, named: "a").datum == datum)
    }

    @Test(
        arguments: [
            [:], ["DataType": "", "StringValue": "a"], ["DataType": "Text", "StringValue": "a"],
            ["DataType": ".String", "StringValue": "a"], ["DataType": "String"],
            ["DataType": "String", "StringValue": ""], ["DataType": "String", "BinaryValue": "AAE="],
            ["DataType": "Number", "StringValue": "many"], ["DataType": "Number", "StringValue": "inf"],
            ["DataType": "Binary", "StringValue": "a"],
        ] as [Datum]) func refusesWhatIsNone(_ datum: Datum)
    {
        #expect { try MessageAttribute(datum, named: "a") } throws: {
            ($0 as? ServiceProblem)?.code == "InvalidParameterValue"
        }
    }

    @Test(arguments: ["a", "A_b-c.9", "awsome", "amazon"]) func takesNames(_ name: String) throws {
        try MessageAttributeName.check(name)
    }

    @Test(arguments: ["", ".a", "a.", "a..b", "a b", "ä", "AWS.x", "amazon.x", String(repeating: "a", count: 257)])
    func refusesNames(_ name: String) {
        #expect(throws: ServiceProblem.self) { try MessageAttributeName.check(name) }
    }

    @Test(
        arguments: [
            (["All"], "anything", true), ([".*"], "anything", true), (["a.b"], "a.b", true), (["a.b"], "a.c", false),
            (["trace.*"], "trace.id", true), (["trace.*"], "other", false), ([], "a", false),
        ] as [([String], String, Bool)]) func choosesByName(_ wanted: [String], _ name: String, _ isTaken: Bool)
    {
        #expect(AttributeChoice(wanted).takes(name) == isTaken)
    }

    @Test(arguments: ["a\tb\r\n", "ä😀", "\u{FFFD}", ""]) func takesTexts(_ text: String) throws {
        try MessageText.check(text)
    }

    @Test(arguments: ["\u{0}", "a\u{8}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"]) func refusesTexts(_ text: String) {
        #expect { try MessageText.check(text) } throws: {
            ($0 as? ServiceProblem)?.code == "InvalidMessageContents"
        }
    }
}
