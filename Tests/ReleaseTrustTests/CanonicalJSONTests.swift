import Core
import JSON
import Testing

@testable import ReleaseTrust

@Suite struct CanonicalJSONTests {
    /// What other implementations write, byte for byte: escapes are undone but for the quote and the backslash.
    @Test(arguments: [
        (#"{}"#, #"{}"#), (#"[1, -2, 0]"#, #"[1,-2,0]"#),
        (#"{"b": 1, "a": [true, false, null]}"#, #"{"a":[true,false,null],"b":1}"#),
        (#""\u0041\/""#, #""A/""#), (#""q\" b\\ ""#, #""q\" b\\ ""#), ("\"line\\nend\\t\"", "\"line\nend\t\""),
        (#"{"é": 1, "z": 2, "Z": 3, "": 4}"#, #"{"":4,"Z":3,"z":2,"é":1}"#), (#""\u00e9 \ud83d\ude00""#, "\"é 😀\""),
        (#"{"aa": 1, "a": 2, "a b": 3}"#, #"{"a":2,"a b":3,"aa":1}"#), (#"9007199254740993"#, "9007199254740993"),
    ])
    func writesOneForm(_ text: String, _ canonical: String) throws {
        let bytes = try CanonicalJSON.bytes(try Datum(json: Array(text.utf8)))
        #expect(String(decoding: bytes, as: UTF8.self) == canonical)
    }

    @Test(arguments: ["1.5", "1e3", "[0.1]", #"{"a": 18446744073709551616}"#])
    func fractionsCannotBeSigned(_ text: String) throws {
        let datum = try Datum(json: Array(text.utf8))
        #expect(throws: Fault.self) { try CanonicalJSON.bytes(datum) }
    }
}
