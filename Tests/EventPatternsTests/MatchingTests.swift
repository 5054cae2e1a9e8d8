import Testing

@Suite struct MatchingTests {
    @Test(arguments: [
        field(#"["a"]"#, [#""a""#], not: [#""A""#, #""ab""#, #""""#, "1", "null", "true", "{}", "-"]),
        field(#"["a","b"]"#, [#""a""#, #""b""#], not: [#""c""#]),
        field(#"[""]"#, [#""""#], not: [#"" ""#, "null", "-"]),
        field(#"["é"]"#, [#""é""#, #""\u00e9""#], not: [#""e""#, #""e\u0301""#]),
        field(#"["10.0.0.1"]"#, [#""10.0.0.1""#], not: [#""10.0.0.2""#]),
        field("[null]", ["null"], not: [#""null""#, #""""#, "0", "false", "[]", "-"]),
        field("[true]", ["true"], not: ["false", #""true""#, "1"]),
        field("[false]", ["false"], not: ["true", "null", "0", "-"]),
        field("[300]", ["300", "300.0", "3.0e2", "3000e-1"], not: ["301", #""300""#, "300.5", "null", "true"]),
        field("[300.0]", ["300", "300.0"], not: ["299"]), field("[3.0e2]", ["300"], not: ["30"]),
        field("[-0.0]", ["0", "0.0", "-0"], not: ["1"]), field("[0.1]", ["0.1", "1e-1"], not: ["0.10000001"]),
        field("[9007199254740993]", ["9007199254740993"], not: ["9007199254740992", "9007199254740994"]),
        field("[6000000000]", ["6000000000", "6e9"], not: ["6000000001"]),
        field(
            #"["a",1,true,null,{"prefix":"z"}]"#, [#""a""#, "1", "true", "null", #""zz""#], not: [#""b""#, "false"]),
    ])
    func values(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        field(#"[{"prefix":"ab"}]"#, [#""ab""#, #""abc""#], not: [#""a""#, #""Ab""#, #""cab""#, "1", "null", "-"]),
        field(#"[{"prefix":""}]"#, [#""""#, #""a""#], not: ["1", "null", "-"]),
        field(
            #"[{"prefix":{"equals-ignore-case":"aB"}}]"#, [#""AB""#, #""abc""#, #""Abc""#], not: [#""a""#, #""xab""#]),
        field(#"[{"prefix":"é"}]"#, [#""éa""#], not: [#""ea""#]),
        field(
            #"[{"suffix":".png"}]"#, [#""a.png""#, #"".png""#], not: [#""a.PNG""#, #""png""#, #""a.png ""#, "1", "-"]),
        field(#"[{"suffix":""}]"#, [#""""#, #""a""#], not: ["true"]),
        field(#"[{"suffix":{"equals-ignore-case":".png"}}]"#, [#""a.PNG""#, #""b.png""#], not: [#""a.pngx""#]),
        field(#"[{"equals-ignore-case":"Alice"}]"#, [#""alice""#, #""ALICE""#], not: [#""alic""#, #""alice ""#, "1"]),
        field(#"[{"equals-ignore-case":"ÄÖ"}]"#, [#""äö""#, #""ÄÖ""#], not: [#""ao""#]),
        field(#"[{"equals-ignore-case":""}]"#, [#""""#], not: [#""a""#, "null"]),
    ])
    func texts(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        field(
            #"[{"wildcard":"a*c"}]"#, [#""ac""#, #""abc""#, #""abcc""#], not: [#""a""#, #""abcd""#, #""xac""#, "1"]),
        field(#"[{"wildcard":"*"}]"#, [#""""#, #""any""#], not: ["1", "null", "-"]),
        field(#"[{"wildcard":""}]"#, [#""""#], not: [#""a""#]),
        field(#"[{"wildcard":"ab"}]"#, [#""ab""#], not: [#""abc""#]),
        field(#"[{"wildcard":"*.png"}]"#, [#""a.png""#, #"".png""#], not: [#""a.png.b""#]),
        field(#"[{"wildcard":"dir/*"}]"#, [#""dir/""#, #""dir/a/b""#], not: [#""dir""#]),
        field(#"[{"wildcard":"*/dir/*"}]"#, [#""/dir/""#, #""a/dir/b""#], not: [#""dir/b""#, #""a/dir""#]),
        field(#"[{"wildcard":"a*b*c"}]"#, [#""abc""#, #""aXbYc""#, #""abbcc""#], not: [#""acb""#, #""ac""#]),
        field(#"[{"wildcard":"aba*aba"}]"#, [#""abaaba""#], not: [#""aba""#, #""ababa""#]),
        field(#"[{"wildcard":"*aab*"}]"#, [#""aaab""#, #""aabaab""#], not: [#""abab""#]),
        field(#"[{"wildcard":"*abab*ab"}]"#, [#""xabaababyab""#], not: [#""ababxb""#, #""abab""#]),
        field(#"[{"wildcard":"a\\*b"}]"#, [#""a*b""#], not: [#""axb""#, #""ab""#]),
        field(#"[{"wildcard":"a\\\\b"}]"#, [#""a\\b""#], not: [#""ab""#]),
        field(#"[{"wildcard":"\\**\\*"}]"#, [#""**""#, #""*x*""#], not: [#""*""#, #""xx""#]),
        field(#"[{"wildcard":"*é"}]"#, [#""é""#, #""caf\u00e9""#], not: [#""e""#]),
    ])
    func wildcards(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        field(#"[{"numeric":["=",5]}]"#, ["5", "5.0"], not: ["5.1", "4", #""5""#, "null", "-"]),
        field(#"[{"numeric":[">",0]}]"#, ["0.000001", "5e9"], not: ["0", "-1", #""1""#, "true", "6e9"]),
        field(#"[{"numeric":[">=",0]}]"#, ["0", "-0.0", "1"], not: ["-0.1"]),
        field(#"[{"numeric":["<",0]}]"#, ["-0.1", "-5000000000"], not: ["0", "1", "-5000000001"]),
        field(#"[{"numeric":["<=",0]}]"#, ["0", "-1"], not: ["0.5"]),
        field(#"[{"numeric":[">",0,"<=",5]}]"#, ["0.1", "5"], not: ["0", "5.1", "-1"]),
        field(#"[{"numeric":[">=",-2.5,"<",1e1]}]"#, ["-2.5", "9.99"], not: ["10", "-2.6"]),
        field(#"[{"numeric":["=",5e9]},{"numeric":["=",-5.0E9]}]"#, ["5000000000", "-5e9"], not: ["0"]),
    ])
    func numbers(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        field(#"[{"exists":true}]"#, ["1", "null", #""""#, "false", "[1]"], not: ["-", "{}", #"{"a":1}"#, "[]"]),
        field(#"[{"exists":false}]"#, ["-", #"{"a":1}"#, "[]"], not: ["null", "1", #""""#, "[null]"]),
        field(#"[{"exists":false},"a"]"#, ["-", #""a""#], not: [#""b""#, "null"]),
        Row(
            #"{"a":{"b":{"c":[{"exists":false}]}}}"#,
            ["{}", #"{"a":1}"#, #"{"a":{}}"#, #"{"a":{"b":{}}}"#, #"{"a":null}"#], not: [#"{"a":{"b":{"c":1}}}"#]),
        Row(#"{"a":{"b":[{"exists":true}]}}"#, [#"{"a":{"b":null}}"#], not: ["{}", #"{"a":1}"#, #"{"a":{"c":1}}"#]),
        Row(#"{"a":["x"],"b":[{"exists":false}]}"#, [#"{"a":"x"}"#], not: ["{}", #"{"a":"x","b":1}"#]),
    ])
    func existence(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        field(
            #"[{"cidr":"10.0.0.0/24"}]"#, [#""10.0.0.0""#, #""10.0.0.255""#], not: [#""10.0.1.0""#, #""10.0.0""#, "10"]),
        field(#"[{"cidr":"10.0.0.77/24"}]"#, [#""10.0.0.1""#], not: [#""10.0.1.77""#]),
        field(#"[{"cidr":"10.1.2.3/32"}]"#, [#""10.1.2.3""#], not: [#""10.1.2.2""#]),
        field(
            #"[{"cidr":"0.0.0.0/0"}]"#, [#""255.1.2.3""#], not: [#""::1""#, #""x""#, #""256.0.0.1""#, #""01.2.3.4""#]),
        field(#"[{"cidr":"128.0.0.0/1"}]"#, [#""200.1.1.1""#], not: [#""127.255.255.255""#]),
        field(
            #"[{"cidr":"2001:db8::/32"}]"#, [#""2001:db8:0:0:0:0:0:1""#, #""2001:DB8:ffff::""#], not: [#""2001:db9::""#]
        ),
        field(#"[{"cidr":"::1/128"}]"#, [#""::1""#, #""0:0:0:0:0:0:0:1""#], not: [#""::2""#, #""1::""#, #""::""#]),
        field(
            #"[{"cidr":"::ffff:10.0.0.0/120"}]"#, [#""::ffff:a00:7""#, #""::ffff:10.0.0.9""#], not: [#""10.0.0.9""#]),
        field(
            #"[{"cidr":"::/0"}]"#, [#""fe80::1:2""#],
            not: [
                #""1::2::3""#, #"":::""#, #""12345::""#, #""1:2:3:4:5:6:7""#, #""1:2:3:4::5:6:7:8""#, #""1.2.3.4::""#,
                #""::g""#,
            ]),
    ])
    func addresses(_ row: Row) throws { try row.check() }
}
