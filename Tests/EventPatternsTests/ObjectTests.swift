import Core
import EventPatterns
import Testing

@Suite struct ObjectTests {
    private static let instance = """
        {"version":"0","id":"6a7e8feb","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2",
        "account":"111122223333","time":"2017-12-22T18:43:48Z","region":"us-west-1",
        "resources":["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
        "detail":{"instance-id":"i-1234567890abcdef0","state":"terminated","c-count":5,"x-limit":301.8,
        "source-ip":"10.0.0.33"}}
        """

    @Test(arguments: [
        Row(
            #"{"source":["aws.ec2"],"detail-type":["EC2 Instance State-change Notification"],"detail":{"state":["terminated"]}}"#,
            [instance]),
        Row(
            #"{"time":[{"prefix":"2017-12-22"}],"detail":{"state":[{"anything-but":"initializing"}],"c-count":[{"numeric":[">",0,"<=",5]}],"x-limit":[{"anything-but":[100,200,300]}],"source-ip":[{"cidr":"10.0.0.0/8"}]}}"#,
            [instance]),
        Row(#"{"source":["aws.ec2"],"detail":{"state":["running"]}}"#, not: [instance]),
        Row(#"{"source":["aws.s3"],"detail":{"state":["terminated"]}}"#, not: [instance]),
        Row(#"{"source":["aws.ec2"],"Detail":{"state":["terminated"]}}"#, not: [instance]),
        Row(#"{"resources":[{"wildcard":"arn:aws:ec2:*:instance/*"}]}"#, [instance], not: [#"{"resources":[]}"#]),
        Row(#"{"detail":["terminated"]}"#, not: [instance]), Row(#"{"source":{"x":["aws.ec2"]}}"#, not: [instance]),
        Row(#"{"a":{"b":{"c":{"d":[1]}}}}"#, [#"{"a":{"b":{"c":{"d":1}}}}"#], not: [#"{"a":{"b":{"d":1}}}"#, "{}"]),
        Row(#"{"":[1]}"#, [#"{"":1}"#], not: [#"{"a":1}"#]),
        Row(#"{"prefix":["a"],"exists":[true]}"#, [#"{"prefix":"a","exists":true}"#], not: [#"{"prefix":"a"}"#]),
        Row(#"{"a.b":[1]}"#, [#"{"a.b":1}"#], not: [#"{"a":1}"#]),
    ])
    func allFieldsMustHold(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row(
            #"{"$or":[{"a":[1]},{"b":[2]}]}"#, [#"{"a":1}"#, #"{"b":2}"#, #"{"a":1,"b":2}"#],
            not: ["{}", #"{"a":2,"b":1}"#]),
        Row(
            #"{"s":["x"],"$or":[{"a":[1]},{"b":[2],"c":[3]},{"d":[4]}]}"#,
            [#"{"s":"x","a":1}"#, #"{"s":"x","b":2,"c":3}"#, #"{"s":"x","d":4}"#],
            not: [#"{"a":1}"#, #"{"s":"x"}"#, #"{"s":"x","b":2}"#, #"{"s":"x","c":3}"#]),
        Row(
            #"{"$or":[{"a":[1]},{"b":[2]}],"detail":{"$or":[{"c":[3]},{"d":[4]}]}}"#,
            [#"{"a":1,"detail":{"c":3}}"#, #"{"b":2,"detail":{"d":4}}"#],
            not: [#"{"a":1}"#, #"{"detail":{"c":3}}"#, #"{"a":1,"c":3}"#]),
        Row(
            #"{"$or":[{"a":[1]},{"b":[2],"$or":[{"c":[3]},{"d":[4]}]}]}"#, [#"{"a":1}"#, #"{"b":2,"d":4}"#],
            not: [#"{"b":2}"#, #"{"c":3}"#]),
        Row(
            #"{"detail":{"$or":[{"n":[{"numeric":[">",5]}]},{"l":[{"exists":false}]}]}}"#,
            [#"{"detail":{"n":6,"l":1}}"#, #"{"detail":{"n":1}}"#, "{}"], not: [#"{"detail":{"n":5,"l":1}}"#]),
        Row(
            #"{"a":{"b":[1]},"$or":[{"a":{"c":[1]}},{"d":[1]}]}"#, [#"{"a":{"b":1,"c":1}}"#, #"{"a":{"b":1},"d":1}"#],
            not: [#"{"a":{"b":1}}"#, #"{"a":{"c":1},"d":1}"#]),
    ])
    func oneAlternativeMustHold(_ row: Row) throws { try row.check() }

    @Test(arguments: ["[]", "1", "null", #""a""#, "[{}]"])
    func whatIsNoObjectIsNoEvent(_ event: String) throws {
        try Row(#"{"x":[{"exists":false}]}"#, ["{}"], not: [event]).check()
    }

    private static func nested(_ depth: Int, _ leaf: String) -> String {
        String(repeating: #"{"a":"#, count: depth) + leaf + String(repeating: "}", count: depth)
    }

    @Test(arguments: [1, 2, 31, PatternLimit.depthMax + 1])
    func followsDeepPatterns(_ depth: Int) throws {
        try Row(Self.nested(depth, "[1]"), [Self.nested(depth, "1")], not: [Self.nested(depth, "2"), "{}"]).check()
    }

    @Test func equalPatternsAreEqual() throws {
        func pattern(_ text: String) throws -> EventPattern { try EventPattern(parsing: Array(text.utf8)) }
        #expect(try pattern(#"{"a":[300]}"#) == pattern(#"{ "a" : [3.0e2] }"#))
        #expect(try pattern(#"{"a":[300]}"#) != pattern(#"{"a":[301]}"#))
    }
}
