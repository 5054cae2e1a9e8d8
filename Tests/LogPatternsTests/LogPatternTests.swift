import LogPatterns
import Testing

/// What is found in messages, and what is no pattern.
@Suite struct LogPatternTests {
    private static let document = """
        {"level":"error","n":5,"text":"5","is":true,"none":null,"a":{"b":[{"c":"x"},{"c":"yes"}]},"odd key":1}
        """

    @Test(arguments: [
        ("", "anything", true), ("  ", "anything", true), ("error", "an error here", true),
        ("Error", "an error", false),
        ("an here", "an error here", true), ("an there", "an error here", false),
        ("\"an error\"", "an error here", true), ("\"error an\"", "an error here", false),
        ("\"say \\\"hi\\\"\"", "say \"hi\"", true), ("-error", "an error", false), ("-error", "fine", true),
        ("part -error", "part 1", true), ("part -error", "part error", false), ("?a ?b", "xb", true),
        ("?a ?b", "xc", false), ("-\"an error\"", "an error", false),
    ]) func findsWords(_ pattern: String, _ message: String, _ wanted: Bool) throws {
        #expect(try LogPattern(parsing: pattern).matches(message) == wanted)
    }

    @Test(arguments: [
        ("{ $.level = \"error\" }", true), ("{ $.level = error }", true), ("{ $.level != \"error\" }", false),
        ("{ $.level = \"err*\" }", true), ("{ $.level = \"*ror\" }", true), ("{ $.level = \"*rr*\" }", true),
        ("{ $.level = \"*x*\" }", false), ("{ $.n = 5 }", true), ("{ $.n > 4 }", true), ("{ $.n >= 5 }", true),
        ("{ $.n < 5 }", false), ("{ $.n <= 5.0 }", true), ("{ $.n != 5 }", false), ("{ $.text = 5 }", true),
        ("{ $.is IS TRUE }", true), ("{ $.is IS FALSE }", false), ("{ $.none IS NULL }", true),
        ("{ $.n IS NULL }", false), ("{ $.gone NOT EXISTS }", true), ("{ $.n EXISTS }", true),
        ("{ $.a.b[1].c = \"yes\" }", true), ("{ $.a.b[0].c = \"yes\" }", false), ("{ $.a.b[*].c = \"yes\" }", true),
        ("{ $.a.b[9].c = \"yes\" }", false), ("{ $['odd key'] = 1 }", true),
        ("{ $.level = \"error\" && $.n > 9 }", false), ("{ $.level = \"error\" || $.n > 9 }", true),
        ("{ ($.n > 9 || $.n < 6) && $.is IS TRUE }", true), ("{ $.n > 9 || $.n < 6 && $.is IS FALSE }", false),
    ]) func looksIntoDocuments(_ pattern: String, _ wanted: Bool) throws {
        #expect(try LogPattern(parsing: pattern).matches(Self.document) == wanted)
        #expect(try LogPattern(parsing: pattern).matches("no document") == false)
    }

    @Test(arguments: [
        "\"open", "-", "{", "{ }", "{ $ }", "{ $. = 1 }", "{ $.a }", "{ $.a > x }", "{ $.a = 1", "{ $.a = 1 } more",
        "{ ($.a = 1 }", "{ $.a[x] = 1 }", "{ a = 1 }", "{ $.a = \"x }",
        "{ " + String(repeating: "(", count: 40) + "$.a = 1" + String(repeating: ")", count: 40) + " }",
    ]) func refuses(_ pattern: String) {
        #expect(throws: LogPatternRefusal.self) { try LogPattern(parsing: pattern) }
    }
}
