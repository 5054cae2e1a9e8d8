import Core
import JSON
import Testing

@testable import Fleet

@Suite struct TopicActionTests {
    /// What is kept of an action is the action.
    @Test(arguments: [
        TopicAction.Place.topic("a/b", quality: 1), .logGroup("/g", stream: "rule", isBatch: true),
        .metric(namespace: "n", name: "m", unit: "Count", value: 1.5, seconds: 1_700_000_000),
        .metric(namespace: "n", name: "m", unit: "None", value: -3, seconds: nil),
        .alarm("a", state: "OK", reason: "because"), .queue(url: "http://x/1/q", isEncoded: true),
        .object(bucket: "b", key: "k/ey"),
    ])
    func placesAreKept(_ place: TopicAction.Place) throws {
        #expect(TopicAction.Place(try Datum(json: place.datum.json)) == place)
    }

    @Test(arguments: [
        ("a/b", true), ("$aws/things/x/shadow/update", true), ("$aws/things/x/jobs/get", false), ("$SYS/x", false),
        ("a/+", false), ("", false),
    ])
    func topicsThatMessagesArePassedOnTo(_ topic: String, _ isGood: Bool) {
        #expect((RepublishTopic.complaint(topic) == nil) == isGood)
    }

    private static func book(_ rules: [(String, String, Bool)]) -> RuleBook {
        let action: Datum = [
            "republish": ["roleArn": "arn:aws:iam::1:role/r", "topic": "out/${clientid()}"]
        ]
        let records = rules.map { name, sql, isDisabled in
            (
                name: name,
                record: DatumMap([
                    ("sql", .text(sql)), ("actions", .list([action])), ("ruleDisabled", .bool(isDisabled)),
                ])
            )
        }
        return RuleBook(records, last: RuleBook())
    }

    @Test func rulesAreFoundByFilterTopicAndName() {
        let book = Self.book([
            ("one", "SELECT * FROM 'a/+'", false), ("two", "SELECT * FROM 'a/#'", false),
            ("off", "SELECT * FROM 'a/b'", true), ("named", "SELECT *", false),
        ])
        #expect(book.filters == ["a/+", "a/#", RuleBook.ingestFilter])
        #expect(book.rules(for: "a/b", by: "a/+").rules.map(\.name) == ["one"])
        // The broker may still know a filter that has become another's.
        #expect(book.rules(for: "b", by: "a/+").rules.isEmpty)
        #expect(Set(book.rules(for: "a/b").rules.map(\.name)) == ["one", "two"])
        let (rules, topic) = book.rules(for: "$aws/rules/named/x/y", by: RuleBook.ingestFilter)
        #expect(rules.map(\.name) == ["named"])
        #expect(topic == "x/y")
        #expect(book.rules(for: "$aws/rules/off/x", by: RuleBook.ingestFilter).rules.isEmpty)
        #expect(book.wantsSender(of: "a/b/c"))
        #expect(!book.wantsSender(of: "b"))
    }

    @Test func nothingIsHeardForRulesThatAreOff() {
        #expect(Self.book([("off", "SELECT * FROM 'a/b'", true)]).filters.isEmpty)
        #expect(Self.book([]).filters.isEmpty)
    }
}
