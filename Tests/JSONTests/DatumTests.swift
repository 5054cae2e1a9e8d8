import Core
import JSON
import Testing

@Suite struct DatumTests {
    static let texts: [(String, Datum)] = [
        ("null", Datum.null), ("true", true), ("7", 7), ("-7", -7), ("7.5", .number(7.5)), ("\"a\"", "a"), ("[]", []),
        ("[1,2.5,3]", [1, .number(2.5), 3]), ("[83,65.9,true]", [83, .number(65.9), true]),
        ("[[1,2],[]]", [[1, 2], []]), ("{}", .map(DatumMap())),
        ("{\"b\":{\"c\":[\"d\",null]},\"a\":false}", ["b": ["c": ["d", nil]], "a": false]),
    ]

    @Test(arguments: texts)
    func readsWhatItWrites(text: String, value: Datum) throws {
        #expect(try Datum(json: Array(text.utf8)) == value)
        #expect(String(decoding: value.json, as: UTF8.self) == text)
    }

    /// Numbers that begin with more digits than 64 bits hold; alone, in a list and in a map.
    @Test(arguments: [
        ("9223372036854775808.0", 9223372036854775808.0), ("-9223372036854775809.5", -9223372036854775809.5),
        ("123456789012345678901.5", 123456789012345678901.5), ("18446744073709551616", 18446744073709551616.0),
        ("123456789012345678901234567890", 123456789012345678901234567890.0), ("1e25", 1e25), ("0.0", 0), ("-0.0", 0),
        ("0.5", 0.5), ("-0e3", 0),
    ])
    func readsLargeNumbers(text: String, value: Double) throws {
        #expect(try Datum(json: Array(text.utf8)).number == value)
        #expect(try Datum(json: Array("[\(text),1]".utf8)).list?.first?.number == value)
        #expect(try Datum(json: Array("{\"a\":\(text)}".utf8))["a"]?.number == value)
    }

    @Test func membersKeepTheirOrderAndTheLastOneWins() throws {
        let map = try #require(try Datum(json: Array(#"{"z":1,"a":2,"z":3}"#.utf8)).map)
        #expect(map.keys == ["z", "a"])
        #expect(map["z"] == 3)
    }

    @Test func mapsAreEqualInAnyOrder() {
        let one: Datum = ["a": 1, "b": 2]
        #expect(one == ["b": 2, "a": 1])
        #expect(one.hashValue == (["b": 2, "a": 1] as Datum).hashValue)
    }

    @Test func aMemberSetToNothingIsGone() {
        var map: DatumMap = ["a": 1, "b": 2]
        map["a"] = nil
        #expect(map.keys == ["b"])
        #expect(map.count == 1)
    }
}
