import Core
import EventPatterns
import JSON
import Testing

/// A pattern, events that it is for, and events that it is not for.
struct Row: Sendable, CustomTestStringConvertible {
    let pattern: String
    let good: [String]
    let bad: [String]

    init(_ pattern: String, _ good: [String] = [], not bad: [String] = []) {
        self.pattern = pattern
        self.good = good
        self.bad = bad
    }

    var testDescription: String { pattern }

    /// A row that shows nothing would pass whatever the pattern did.
    func check() throws {
        try #require(!good.isEmpty || !bad.isEmpty)
        let pattern = try EventPattern(parsing: Array(pattern.utf8))
        for event in good { #expect(pattern.matches(try Datum(json: Array(event.utf8))), "is for \(event)") }
        for event in bad { #expect(!pattern.matches(try Datum(json: Array(event.utf8))), "is not for \(event)") }
    }
}

/// A pattern over the one field `x`, and values of that field; "-" is an event without it.
func field(_ alternatives: String, _ good: [String] = [], not bad: [String] = []) -> Row {
    func event(_ value: String) -> String { value == "-" ? #"{"y":1}"# : #"{"x":\#(value)}"# }
    return Row(#"{"x":\#(alternatives)}"#, good.map(event), not: bad.map(event))
}
