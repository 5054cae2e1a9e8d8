import Core
import JSON
import Testing

@Suite struct JSONDocumentTests {
    private func parse(_ text: String) throws(JSONDocument.Refusal) -> String {
        let document = JSONDocument()
        return Self.shown(try document.parse(Array(text.utf8)))
    }

    /// A tree as text, so that a table can show it.
    private static func shown(_ node: JSONNode) -> String {
        switch node.kind {
        case .null: return "null"
        case .bool: return node.bool == true ? "true" : "false"
        case .number: return node.int.map { "\($0)" } ?? "\(node.double ?? 0)"
        case .string: return "'\(node.string ?? "")'"
        case .array:
            if let packed = node.packed {
                return "[" + (0..<packed.count).map { "\(packed.double($0))" }.joined(separator: " ") + "]"
            }
            var parts: [String] = []
            node.forEachElement { parts.append(shown($0)) }
            return "[" + parts.joined(separator: " ") + "]"
        case .object:
            var parts: [String] = []
            node.forEachMember { parts.append("\($0):\(shown($1))") }
            return "{" + parts.joined(separator: " ") + "}"
        }
    }

    @Test(arguments: [
        (#"{"a":[1,2.5,-3],"b":null}"#, "{a:[1.0 2.5 -3.0] b:null}"),
        (#"[1,"x",true,[2]]"#, "[1 'x' true [2.0]]"),
        (#""tab\t \u00e9 \ud83d\ude00""#, "'tab\t é 😀'"),
        ("[18446744073709551615,1]", "[1.8446744073709552e+19 1.0]"),
        ("[NaN,-Infinity]", "[nan -inf]"),
        ("[[1,2],[3]]", "[[1.0 2.0] [3.0]]"), (" {} ", "{}"), ("[]", "[]"), ("7", "7"),
    ])
    func reads(_ text: String, _ tree: String) throws { #expect(try parse(text) == tree) }

    @Test(arguments: [
        "", "{", "[1,2", "{\"a\":1}x", "[1,]", "{\"a\":nulx}", "[1 2]", "[01]", "[1e999]", "\"\u{0001}\"", "nul", "'x'",
        String(repeating: "[", count: 100_000), "{\"a\" 1}",
    ])
    func refuses(_ text: String) { #expect(throws: JSONDocument.Refusal.self) { try parse(text) } }

    @Test func refusesBytesThatAreNotUTF8() {
        #expect(throws: JSONDocument.Refusal.self) { try JSONDocument().parse([0x22, 0xff, 0x22]) }
    }

    @Test func theLastOfRepeatedKeysCounts() throws {
        let document = JSONDocument()
        #expect(try document.parse(Array(#"{"a":1,"a":2}"#.utf8))["a"]?.int == 2)
    }

    @Test(
        arguments: [("0", 0), ("18446744073709551615", .max), ("18446744073709551616", nil), ("-1", nil), ("2.0", nil)]
            as [(String, UInt64?)])
    func readsUnsignedNumbers(_ text: String, _ value: UInt64?) throws {
        let document = JSONDocument()
        #expect(try document.parse(Array(text.utf8)).uint == value)
    }

    @Test func readsManyTextsOneAfterTheOther() throws {
        let document = JSONDocument()
        for number in 0..<100 {
            let node = try document.parse(Array("{\"n\":[\(number),\(number).5]}".utf8))
            #expect(node["n"]?.packed?.double(1) == Double(number) + 0.5)
        }
    }
}

@Suite struct JSONWriterTests {
    @Test func escapesWhatMustBe() {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.string("a\"b\\c\n\u{1}é")
        #expect(buffer.text == #""a\"b\\c\n\u0001é""#)
    }

    @Test(arguments: [
        (0.1, "0.1"), (1.0, "1.0"), (5.1, "5.1"), (1e-7, "1e-07"), (1e22, "1e+22"), (-0.0, "-0.0"), (.nan, "NaN"),
        (-.infinity, "-Infinity"),
    ])
    func writesShortestDoubles(_ value: Double, _ text: String) {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.double(value)
        #expect(buffer.text == text)
    }

    @Test func floatsReadBackTheSame() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let value = Float(bitPattern: UInt32.random(in: 0...0x7f7f_ffff, using: &generator))
            let buffer = ByteBuffer()
            var json = JSONWriter(buffer)
            json.float(value)
            #expect(Float(buffer.text) == value)
        }
    }

    @Test(arguments: [(1.0001, "1.0001"), (0, "0.0000"), (.nan, "nan"), (.infinity, "inf"), (-2.00006, "-2.0001")])
    func printsFourDecimalsAsPythonDoes(_ value: Double, _ text: String) { #expect(fourDecimals(value) == text) }
}

@Suite struct HalfTests {
    @Test func everyHalfSurvivesTheWayThere() {
        for bits in UInt16.min...UInt16.max {
            let value = Half.float(bits)
            if value.isNaN { #expect(Half.float(Half.bits(value)).isNaN) } else { #expect(Half.bits(value) == bits) }
        }
    }

    @Test(
        arguments: [(65_504, 0x7bff), (65_520, 0x7c00), (1e-8, 0), (5.9604645e-08, 1), (1.0009765625, 0x3c01)]
            as [(Float, UInt16)])
    func roundsToNearest(_ value: Float, _ bits: UInt16) { #expect(Half.bits(value) == bits) }
}
