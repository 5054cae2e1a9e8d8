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
