import Testing

@testable import TopicRules

@Suite struct TopicFilterTests {
    @Test(arguments: [
        ("a", ["a"], ["b", "a/b", "", "/a"]), ("a/b", ["a/b"], ["a", "a/b/c", "a/b/"]),
        ("a/+", ["a/b", "a/"], ["a", "a/b/c", "b/a"]), ("+/b", ["a/b", "/b"], ["a/c", "b", "$aws/b"]),
        ("a/#", ["a", "a/b", "a/b/c", "a/"], ["b", "ab"]), ("#", ["a", "a/b", "/"], ["$aws/x", "$SYS"]),
        ("+/#", ["a", "a/b"], ["$aws/x"]), ("a/+/c/#", ["a/b/c", "a/b/c/d/e"], ["a/b", "a/b/d"]),
        ("$aws/things/+/shadow/update", ["$aws/things/x/shadow/update"], ["$aws/things/x/shadow/get"]),
        ("$aws/#", ["$aws/things", "$aws"], ["aws"]), ("é/+", ["é/1"], ["e/1"]),
    ])
    func matches(_ filter: String, _ inside: [String], _ outside: [String]) throws {
        let filter = try TopicFilter(parsing: filter)
        for topic in inside { #expect(filter.matches(topic), "\(topic)") }
        for topic in outside { #expect(!filter.matches(topic), "\(topic)") }
    }

    @Test(arguments: [
        "", "a/#/b", "a#", "#a", "a+", "+a/b", "a/b+", "##", "$share/g/a", "$SYS/#", "$aws/rules/x", "a\0b",
        String(repeating: "a", count: 257),
    ])
    func refuses(_ filter: String) { #expect(throws: SQLRefusal.self) { try TopicFilter(parsing: filter) } }

    @Test(arguments: [
        ("a/b", true), ("", false), ("a/+", false), ("#", false), (String(repeating: "a", count: 257), false),
    ])
    func topicsThatCanBePublishedTo(_ topic: String, _ isGood: Bool) {
        #expect((TopicFilter.complaint(topic: topic) == nil) == isGood)
    }
}
