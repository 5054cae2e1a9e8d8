import Core
import EventPatterns
import JSON
import Testing

@Suite struct InputPathTests {
    private static let event: Datum = [
        "source": "plant", "detail-type": "Part", "resources": ["r0", "r1"],
        "detail": ["score": 0.5.datum, "none": nil, "a_b": ["c/d": [[1, 2], [3]]], "ä": true],
    ]

    @Test(
        arguments: [
            ("$", event), ("$.source", "plant"), ("$.detail-type", "Part"), ("$.resources", ["r0", "r1"]),
            ("$.resources[0]", "r0"), ("$.resources[1]", "r1"), ("$.detail.score", 0.5.datum), ("$.detail.none", nil),
            ("$.detail.a_b.c/d", [[1, 2], [3]]), ("$.detail.a_b.c/d[0][1]", 2), ("$.detail.ä", true),
        ] as [(String, Datum)])
    func finds(_ path: String, _ value: Datum) throws {
        #expect(try InputPath(parsing: path).value(in: Self.event) == value)
    }

    @Test(arguments: [
        "$.Source", "$.detail.x", "$.source.x", "$.resources[2]", "$.resources.r0", "$.detail[0]", "$[0]",
        "$.detail.none.x", "$.resources[999999999]",
    ])
    func findsNothing(_ path: String) throws { #expect(try InputPath(parsing: path).value(in: Self.event) == nil) }

    @Test(arguments: [
        "", "source", ".source", "$source", "$.", "$..source", "$.source.", "$.resources[", "$.resources[]",
        "$.resources[x]", "$.resources[-1]", "$.resources[0", "$.resources[1234567890]", "$.resources[*]", "$.*",
        "$['source']", "$.a b", "$.a[0]b", "$.a?b", "$.a,b", "$" + String(repeating: ".a", count: 128),
    ])
    func refuses(_ path: String) {
        let refusal = #expect(throws: PatternRefusal.self) { try InputPath(parsing: path) }
        let reason =
            path.utf8.count > 256
            ? "it is longer than 256 bytes"
            : path.first == "$" ? "after $ come .names and [numbers] only" : "it must begin with $"
        #expect(refusal?.reason == "InputPath is not valid. Reason: \(reason): \(path)")
    }
}

extension Double {
    fileprivate var datum: Datum { .number(self) }
}
