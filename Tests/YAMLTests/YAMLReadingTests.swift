import Core
import Testing
import YAML

@Suite struct YAMLReadingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let value: Datum
        init(_ text: String, _ value: Datum) {
            self.text = text
            self.value = value
        }
        var testDescription: String { text }
    }

    @Test(arguments: [
        Row("", .null), Row("~", .null), Row("null", .null), Row("Null", .null), Row("nul", "nul"),
        Row("# only a note", .null),
        Row("true", true), Row("False", false), Row("TRUE", true), Row("yes", "yes"), Row("no", "no"), Row("on", "on"),
        Row("y", "y"), Row("'true'", "true"), Row("7", 7), Row("-7", -7), Row("+7", 7), Row("1_000", 1000), Row("0", 0),
        Row("0x1F", 31), Row("0o17", 15), Row("0xzz", "0xzz"), Row("9223372036854775807", 9_223_372_036_854_775_807),
        Row("9223372036854775808", .number(9_223_372_036_854_775_808)), Row("'7'", "7"), Row("\"7\"", "7"),
        Row("1.5", .number(1.5)), Row(".5", .number(0.5)), Row("5.", .number(5)), Row("-1e3", .number(-1000)),
        Row("1.5E-3", .number(0.0015)), Row("1e", "1e"), Row("1e+-3", "1e+-3"), Row(".", "."), Row("-", [nil]),
        Row("--", "--"),
        Row("1.0.0", "1.0.0"), Row("2020-01-25", "2020-01-25"), Row("1:20", "1:20"),
    ])
    func readsScalars(_ row: Row) throws { #expect(try Datum(yaml: Array(row.text.utf8)) == row.value) }

    @Test(arguments: [
        Row("!!str 7", "7"), Row("! 7", "7"), Row("!!int '7'", 7), Row("!!float 7", .number(7)),
        Row("!!bool 'true'", true),
        Row("!!null ''", .null), Row("!!str", ""), Row("!!map {a: 1}", ["a": 1]), Row("!!seq [1]", [1]),
    ])
    func readsTags(_ row: Row) throws { #expect(try Datum(yaml: Array(row.text.utf8)) == row.value) }

    @Test(arguments: [
        Row("a: 1\nb:\n  c: [1, two, {d: ~}]\n", ["a": 1, "b": ["c": [1, "two", ["d": nil]]]]),
        Row("- a\n- b: 1\n  c: 2\n- - x\n", ["a", ["b": 1, "c": 2], ["x"]]),
        Row("a:\nb: []\nc: {}\n", ["a": nil, "b": [], "c": .map(DatumMap())]),
        Row("1: a\ntrue: b\n", ["1": "a", "true": "b"]),
        Row("a: |\n  one\n  two\n", ["a": "one\ntwo\n"]), Row("a: |-\n  one\n\n  two\n", ["a": "one\n\ntwo"]),
        Row("a: >\n  one\n  two\n\n  three\n", ["a": "one two\nthree\n"]), Row("a: one\n  two\n", ["a": "one two"]),
        Row("a: \"one\\ttwo\\u00e9\"", ["a": "one\ttwoé"]), Row("a: 'it''s'", ["a": "it's"]),
        Row("{\"a\": [1, 2.5, \"x\"], \"b\": null}", ["a": [1, .number(2.5), "x"], "b": nil]),
        Row("%YAML 1.1\n---\na: 1\n...\n", ["a": 1]), Row("a: b # note\n", ["a": "b"]), Row("a: b#c\n", ["a": "b#c"]),
        Row("Script: python3 {artifacts:path}/app.py", ["Script": "python3 {artifacts:path}/app.py"]),
    ])
    func readsDocuments(_ row: Row) throws { #expect(try Datum(yaml: Array(row.text.utf8)) == row.value) }

    @Test(arguments: [
        Row("a: &x {k: 1}\nb: *x\n", ["a": ["k": 1], "b": ["k": 1]]),
        Row("a: &x 5\nb: [*x, *x]\n", ["a": 5, "b": [5, 5]]),
        Row("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n", ["a": ["k": 1, "l": 2], "b": ["k": 3, "l": 2]]),
        Row("b:\n  <<: [{k: 1}, {k: 2, l: 3}]\n", ["b": ["k": 1, "l": 3]]),
        Row("b: {'<<': 1}\n", ["b": ["<<": 1]]),
    ])
    func followsAliasesAndMerges(_ row: Row) throws { #expect(try Datum(yaml: Array(row.text.utf8)) == row.value) }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let text: String
        let reason: String
        let line: Int
        let column: Int
        init(_ text: String, _ reason: String, _ line: Int, _ column: Int) {
            self.text = text
            self.reason = reason
            self.line = line
            self.column = column
        }
        var testDescription: String { text }
    }

    @Test(arguments: [
        Wrong("a: 1\nb: 2\na: 3\n", "'a' is repeated", 3, 1), Wrong("x: {a: 1, a: 2}", "'a' is repeated", 1, 11),
        Wrong("a: [1, 2", "expected ',' or ']'", 2, 1), Wrong("a: *x", "no anchor &x", 1, 4),
        Wrong("a: &x [*x]", "no anchor &x", 1, 8), Wrong("a: 0123", "octal", 1, 4), Wrong("a: .inf", "no place", 1, 4),
        Wrong("a: -.inf", "no place", 1, 4), Wrong("a: .nan", "no place", 1, 4), Wrong("a: !mine 1", "!mine", 1, 4),
        Wrong("a: !!int x", "!!int", 1, 4), Wrong("a: !!set {}", "!!set", 1, 4),
        Wrong("---\na: 1\n---\nb: 2\n", "second document", 3, 1),
        Wrong("a: b: c", "mapping values", 1, 5), Wrong("\tb: c", "cannot start any token", 1, 1),
        Wrong("? [a]\n: 1", "a key must be a word", 1, 3),
        Wrong("<<: 1", "merges a map", 1, 1), Wrong("a: >=1.0.0", "block scalar", 1, 5),
    ])
    func saysWhereAndWhy(_ row: Wrong) throws {
        let refusal = #expect(throws: YAMLRefusal.self) { _ = try Datum(yaml: Array(row.text.utf8)) }
        #expect(refusal?.reason.contains(row.reason) == true, "\(String(describing: refusal))")
        #expect(refusal?.line == row.line && refusal?.column == row.column, "\(String(describing: refusal))")
    }

    @Test func refusesBytesThatAreNoText() throws {
        let refusal = #expect(throws: YAMLRefusal.self) { _ = try Datum(yaml: Array("a: 1\nb: ".utf8) + [0xff, 0xfe]) }
        #expect(refusal?.line == 2)
    }

    @Test func refusesABombOfAliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        let refusal = #expect(throws: YAMLRefusal.self) { _ = try Datum(yaml: Array(text.utf8)) }
        #expect(refusal?.reason.contains("aliases") == true)
    }

    @Test func refusesADeepText() {
        let text = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
        let refusal = #expect(throws: YAMLRefusal.self) { _ = try Datum(yaml: Array(text.utf8)) }
        #expect(refusal?.reason.contains("deep") == true)
    }
}
