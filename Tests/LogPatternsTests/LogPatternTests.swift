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
        ("{ $.['odd key'] = 1 }", true), ("{ $.level = e*r*r }", true), ("{ $.level = e*x*r }", false),
        ("{ $.level = \"%rr%\" }", false), ("{ $.level = inf }", false),
        ("{ ($.n > 9 || $.n < 6) && $.is IS TRUE }", true), ("{ $.n > 9 || $.n < 6 && $.is IS FALSE }", false),
    ]) func looksIntoDocuments(_ pattern: String, _ wanted: Bool) throws {
        #expect(try LogPattern(parsing: pattern).matches(Self.document) == wanted)
        #expect(try LogPattern(parsing: pattern).matches("no document") == false)
    }

    private static let access =
        #"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#

    @Test(arguments: [
        ("[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", true),
        ("[ip, server, name, at, request = *.gif*, status, bytes]", false),
        ("[..., request=*.html*, status_code=4*,]", true), ("[..., status_code=200, size]", false),
        ("[ip, ..., status = 404 || status = 410, bytes]", true), ("[ip, ..., bytes > 1000]", true),
        ("[ip, ..., bytes > 1534]", false), ("[ip, ..., bytes <= 1534.0]", true), ("[ip != 127.*, ...]", false),
        ("[a, b, c, at = \"10/Oct/2000:13:25:15 -0700\", ...]", true), ("[a, b, c, at = 10/Oct/2000*, ...]", true),
        ("[ip = 127.*]", true), ("[ip = 127.0.0.1]", false), ("[ip = 127.0.0.1, rest]", true),
        ("[ip, server, rest = frank*1534]", true), ("[a, b, c, d, e, f, g]", true), ("[a, b, c, d, e, f, g, h]", false),
        ("[a, b, c, d, ..., e, f, g, h]", false), ("[,,,,, status = 404,]", true), ("[]", true), ("[...]", true),
        ("[ip != 5, ...]", true), ("[ip > 5, ...]", false), ("[(ip = 1 || ip = 127.*) && ip != 128.*, ...]", true),
        ("[ip = 1 && ip = 2 || ip = 127.*, ...]", true), ("[ip = 1 && (ip = 2 || ip = 127.*), ...]", false),
        ("[ip=1||ip=127.*,...]", true),
    ]) func looksIntoFields(_ pattern: String, _ wanted: Bool) throws {
        #expect(try LogPattern(parsing: pattern).matches(Self.access) == wanted)
    }

    /// How messages fall into fields.
    @Test(arguments: [
        ("[a, b = \"two words\"]", "1 \"two words\" ", true), ("[a, b = \"two words\"]", " 1\ttwo words", true),
        ("[a = \"x y\", b]", "[x y] rest of it", true), ("[a = \"[x y]:\", b]", "[x y]: rest of it", true),
        ("[a = \"[x\", b = y]", "[x y", true), ("[a = *hi*, b = 1]", #""say \"hi\" now" 1"#, true),
        ("[w1 = ERROR, w2]", "ERROR", false), ("[w1 = ERROR, ...]", "ERROR", true), ("[w1]", "", false),
        ("[w1]", "  ", false), ("[]", "", true),
    ]) func cutsFields(_ pattern: String, _ message: String, _ wanted: Bool) throws {
        #expect(try LogPattern(parsing: pattern).matches(message) == wanted)
    }

    /// hub-log-4: what would find nothing, whatever there is, is no pattern.
    @Test(arguments: [
        ("%ERR.R%", "regular"), ("part -%x%", "regular"), ("{ $.a = %x% }", "regular"), ("[a = %x%, b]", "regular"),
        ("ERROR && WARN", "joined"), ("ERROR || WARN", "joined"), ("{ $.a == 1 }", "comparisons"),
        ("[a == 1]", "comparisons"), ("[a, ..., b, ...]", "one ellipsis"), ("[a = 1 && b = 2]", "about itself"),
        ("[a = 1", "ends with ]"), ("[a] b", "ends with ]"), ("[a b]", "comparison is missing"),
    ]) func saysWhyNot(_ pattern: String, _ word: String) {
        #expect { try LogPattern(parsing: pattern) } throws: { error in
            (error as? LogPatternRefusal)?.reason.contains(word) ?? false
        }
    }

    @Test(arguments: ["\"%ERR.R%\"", "50% off", "\"&&\"", "[a = \"%x%\"]", "disk-full"])
    func takesWhatIsMeantLiterally(_ pattern: String) throws { _ = try LogPattern(parsing: pattern) }

    @Test(arguments: [
        "\"open", "-", "{", "{ }", "{ $ }", "{ $. = 1 }", "{ $.a }", "{ $.a > x }", "{ $.a = 1", "{ $.a = 1 } more",
        "{ ($.a = 1 }", "{ $.a[x] = 1 }", "{ a = 1 }", "{ $.a = \"x }",
        "{ " + String(repeating: "(", count: 40) + "$.a = 1" + String(repeating: ")", count: 40) + " }",
    ]) func refuses(_ pattern: String) {
        #expect(throws: LogPatternRefusal.self) { try LogPattern(parsing: pattern) }
    }
}
