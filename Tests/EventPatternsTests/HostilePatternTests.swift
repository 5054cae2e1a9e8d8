import Core
import EventPatterns
import Testing

/// Patterns and events that were made to take time or memory.
@Suite struct HostilePatternTests {
    private static func reason(_ pattern: String) -> String? {
        #expect(throws: PatternRefusal.self) { try EventPattern(parsing: Array(pattern.utf8)) }?.reason
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: #"{"a":"#, count: depth) + "[1]" + String(repeating: "}", count: depth)
    }

    /// `count` alternatives of two, one beside the other.
    private static func alternatives(_ count: Int) -> String {
        let members = (0..<count).map { #""k\#($0)":{"$or":[{"a":[1]},{"b":[1]}]}"# }
        return "{\(members.joined(separator: ","))}"
    }

    @Test(.timeLimit(.minutes(1)), arguments: [34, 60, 70, 500])
    func deepPatternsAreRefused(_ depth: Int) {
        #expect(Self.reason(Self.nested(depth))?.contains("eeper than ") == true)
    }

    /// An alternative is one level deeper, though its path is not.
    @Test func deepAlternativesAreRefused() {
        func pattern(_ count: Int) -> String {
            String(repeating: #"{"a":{"$or":[{"z":[1]},"#, count: count) + #"{"y":[1]}"#
                + String(repeating: "]}}", count: count)
        }
        #expect(throws: Never.self) { try EventPattern(parsing: Array(pattern(PatternLimit.depthMax / 2).utf8)) }
        let reason = Self.reason(pattern(PatternLimit.depthMax / 2 + 1))
        #expect(reason?.contains("Nested deeper than 32 levels at a.a.") == true)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [10, 11, 60])
    func tooManyCombinationsAreRefused(_ count: Int) {
        #expect(Self.reason(Self.alternatives(count))?.contains("More than 1000 combinations") == true)
    }

    @Test func manyCombinationsAreNot() throws {
        let good = "{" + (0..<9).map { #""k\#($0)":{"b":1}"# }.joined(separator: ",") + "}"
        let bad = "{" + (0..<8).map { #""k\#($0)":{"b":1}"# }.joined(separator: ",") + "}"
        try Row(Self.alternatives(9), [good], not: [bad]).check()
    }

    @Test func longPatternsAreRefused() {
        func pattern(_ count: Int) -> String { #"{"a":["\#(String(repeating: "x", count: count))"]}"# }
        #expect(throws: Never.self) {
            try EventPattern(parsing: Array(pattern(PatternLimit.patternBytesMax - 10).utf8))
        }
        #expect(Self.reason(pattern(PatternLimit.patternBytesMax - 9))?.contains("Longer than 4096 bytes") == true)
    }

    /// Each would keep a backtracking matcher busy for longer than the world stands.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (String(repeating: "*a", count: 900) + "*b", String(repeating: "a", count: 100_000)),
            (String(repeating: "a*", count: 900) + "b", String(repeating: "a", count: 100_000)),
            ("*" + String(repeating: "a", count: 2000) + "b*", String(repeating: "a", count: 100_000)),
            ("*" + String(repeating: "ab", count: 900) + "c*", String(repeating: "ab", count: 50_000)),
        ])
    func repetitiveWildcards(_ wildcard: String, _ text: String) throws {
        let pattern = try EventPattern(parsing: Array(#"{"x":[{"wildcard":"\#(wildcard)"}]}"#.utf8))
        #expect(!pattern.matches(["x": .text(text)]))
        #expect(pattern.matches(["x": .text(text + wildcard.replacing("*", with: ""))]))
    }

    @Test(.timeLimit(.minutes(1))) func listsWithinListsOfObjects() throws {
        let pattern = try EventPattern(parsing: Array(Self.nested(8).utf8))
        func event(_ leaf: Datum) -> Datum {
            let inner = (0..<7).reduce(leaf) { inner, _ in .list([["a": inner], ["a": inner]]) }
            return ["a": inner]
        }
        #expect(!pattern.matches(event(2)))
        #expect(pattern.matches(event(1)))
    }
}
