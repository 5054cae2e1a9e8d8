import Core
import EventPatterns
import Testing

@Suite struct ArrayTests {
    private static let staff =
        #"{"staff":[{"first":"John","last":"Doe"},{"first":"Anna","last":"Smith"},{"first":"Peter","last":"Jones"}]}"#
    private static let teams =
        #"{"staff":[[{"first":"John","last":"Doe"},{"first":"Anna","last":"Smith"}],[{"first":"Peter","last":"Jones"}]]}"#

    @Test(arguments: [
        field(
            #"["a"]"#, [#"["a"]"#, #"["b","a"]"#, #"[["b",["a"]]]"#, #"[{"k":1},"a"]"#],
            not: [#"["b"]"#, "[]", #"[{"x":"a"}]"#]),
        field(#"["a","b"]"#, [#"["c","b"]"#], not: [#"["c","d"]"#]), field("[null]", ["[null]"], not: ["[]"]),
        field("[2]", ["[1,2.0,3]", "[[1],[2]]"], not: ["[1,3]"]),
        field(#"[{"numeric":[">",5]}]"#, ["[1,9]"], not: ["[1,2]", "[]"]),
        field(#"[{"prefix":"a"}]"#, [#"["b","ab"]"#], not: [#"["b","ba"]"#]),
        Row(#"{"staff":{"first":["Anna"]}}"#, [staff, teams], not: [#"{"staff":[]}"#, #"{"staff":["Anna"]}"#]),
        Row(#"{"staff":{"first":["Anna"],"last":["Smith"]}}"#, [staff, teams], not: [#"{"staff":{"first":"Anna"}}"#]),
        Row(#"{"staff":{"first":["Anna"],"last":["Jones"]}}"#, not: [staff, teams]),
        Row(#"{"staff":{"first":["Anna"]},"x":[1]}"#, [#"{"x":1,"staff":[{"first":"Anna"}]}"#], not: [staff]),
        Row(
            #"{"a":{"b":{"c":[1],"d":[2]}}}"#,
            [#"{"a":[{"b":[{"c":0},{"c":1,"d":2}]}]}"#, #"{"a":{"b":{"c":[0,1],"d":[2]}}}"#],
            not: [#"{"a":[{"b":[{"c":1},{"d":2}]}]}"#, #"{"a":[{"b":{"c":1}},{"b":{"d":2}}]}"#]),
        Row(
            #"{"a":{"b":[1],"c":{"d":[2]}}}"#, [#"{"a":[{"b":1,"c":[{"d":3},{"d":2}]}]}"#],
            not: [#"{"a":[{"b":1,"c":{"d":3}},{"b":0,"c":{"d":2}}]}"#]),
        Row(
            #"{"a":{"x":[1],"y":[{"exists":false}]}}"#, [#"{"a":[{"x":1},{"x":2,"y":2}]}"#],
            not: [#"{"a":[{"x":1,"y":1},{"x":2}]}"#]),
        // Absent means absent from every element.
        Row(
            #"{"a":{"b":[{"exists":false}]}}"#, [#"{"a":[{"c":1},{"c":2}]}"#, #"{"a":[]}"#, #"{"a":[1]}"#],
            not: [#"{"a":[{"b":1},{"c":2}]}"#, #"{"a":[{"c":1},[{"b":1}]]}"#]),
        Row(#"{"a":{"b":[{"exists":false},7]}}"#, [#"{"a":[{"b":1},{"b":7}]}"#], not: [#"{"a":[{"b":1},{}]}"#]),
    ])
    func matchesOneElement(_ row: Row) throws { try row.check() }

    /// Alternatives that stand outside an object still ask about the element that the object asks about.
    @Test(arguments: [
        Row(
            #"{"a":{"z":[1]},"$or":[{"a":{"x":[1]}},{"a":{"y":[1]}}]}"#,
            [#"{"a":[{"z":1,"x":1}]}"#, #"{"a":[{"z":1},{"z":1,"y":1}]}"#], not: [#"{"a":[{"z":1},{"x":1,"y":1}]}"#]),
        Row(
            #"{"a":{"z":[1],"$or":[{"x":[1]},{"y":[1]}]}}"#, [#"{"a":[{"z":1,"y":1}]}"#],
            not: [#"{"a":[{"z":1},{"x":1}]}"#]),
    ])
    func alternativesKeepToTheElement(_ row: Row) throws { try row.check() }

    @Test(arguments: [1, 2, 40, 1000])
    func walksListsInLists(_ depth: Int) throws {
        let pattern = try EventPattern(parsing: Array(#"{"x":["a"]}"#.utf8))
        func nested(_ value: Datum) -> Datum { (0..<depth).reduce(value) { inner, _ in [1, inner, "z"] } }
        #expect(pattern.matches(["x": nested("a")]))
        #expect(!pattern.matches(["x": nested("b")]))
    }
}
