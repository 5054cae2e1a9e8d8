import Testing

@Suite struct AnythingButTests {
    @Test(arguments: [
        field(#"[{"anything-but":"a"}]"#, [#""b""#, #""A""#, "1", "null", "true"], not: [#""a""#, "-", "{}", "[]"]),
        field(#"[{"anything-but":["a","b"]}]"#, [#""c""#, "1"], not: [#""a""#, #""b""#, "-"]),
        field(#"[{"anything-but":1}]"#, ["2", #""1""#, "6e9", "null"], not: ["1", "1.0", "10e-1", "-"]),
        field(#"[{"anything-but":[100,200.0]}]"#, ["150", #""100""#], not: ["100", "100.0", "2e2"]),
        field(#"[{"anything-but":0}]"#, ["1"], not: ["0", "-0.0"]),
        field(#"[{"anything-but":{"prefix":"ab"}}]"#, [#""ba""#, "12", "null"], not: [#""abc""#, #""ab""#, "-"]),
        field(#"[{"anything-but":{"prefix":["ab","c"]}}]"#, [#""ba""#], not: [#""abc""#, #""cd""#]),
        field(#"[{"anything-but":{"suffix":".txt"}}]"#, [#""a.png""#, "1"], not: [#""a.txt""#, "-"]),
        field(#"[{"anything-but":{"suffix":[".txt",".rtf"]}}]"#, [#""a.png""#], not: [#""a.txt""#, #""a.rtf""#]),
        field(
            #"[{"anything-but":{"equals-ignore-case":"Run"}}]"#, [#""runs""#, "1"], not: [#""RUN""#, #""run""#, "-"]),
        field(#"[{"anything-but":{"equals-ignore-case":["Run","stop"]}}]"#, [#""go""#], not: [#""rUN""#, #""STOP""#]),
        field(#"[{"anything-but":{"wildcard":"*/lib/*"}}]"#, [#""a/b""#, "7"], not: [#""a/lib/b""#, "-"]),
        field(#"[{"anything-but":{"wildcard":["*/lib/*","*.o"]}}]"#, [#""a/b""#], not: [#""/lib/""#, #""x.o""#]),
        field(#"[{"anything-but":{"wildcard":""}}]"#, [#""a""#], not: [#""""#]),
        field(#"[{"anything-but":"a"},"a"]"#, [#""a""#, #""b""#], not: ["-"]),
        field(#"[{"anything-but":"a"},{"exists":false}]"#, [#""b""#, "-"], not: [#""a""#]),
        field(#"[{"anything-but":"a"}]"#, [#"["a","b"]"#], not: [#"["a"]"#, #"["a","a"]"#]),
    ])
    func leavesOut(_ row: Row) throws { try row.check() }
}
