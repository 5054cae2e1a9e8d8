import EventPatterns
import Testing

@Suite struct PatternRefusalTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let pattern: String
        let what: String
        init(_ pattern: String, _ what: String) {
            self.pattern = pattern
            self.what = what
        }
        var testDescription: String { pattern.count < 200 ? pattern : what }
    }

    private func check(_ row: Refused) {
        let refusal = #expect(throws: PatternRefusal.self) { try EventPattern(parsing: Array(row.pattern.utf8)) }
        #expect(refusal?.reason == "Event pattern is not valid. Reason: \(row.what)")
    }

    @Test(arguments: [
        Refused("[]", "Filter is not an object"), Refused("null", "Filter is not an object"),
        Refused(#""a""#, "Filter is not an object"), Refused("{}", "Empty objects are not allowed"),
        Refused(#"{"a":{}}"#, "Empty objects are not allowed at a"),
        Refused(#"{"a":{"b":{}}}"#, "Empty objects are not allowed at a.b"),
        Refused(#"{"a":[]}"#, "Empty arrays are not allowed at a"),
        Refused(#"{"detail":{"score":[]}}"#, "Empty arrays are not allowed at detail.score"),
        Refused(#"{"a":1}"#, #""a" must be an object or an array at a"#),
        Refused(#"{"d":{"a":"x"}}"#, #""a" must be an object or an array at d.a"#),
        Refused(#"{"a":null}"#, #""a" must be an object or an array at a"#),
        Refused(#"{"a":[["x"]]}"#, "Match value must be String, number, true, false, or null at a"),
        Refused(#"{"a":[NaN,"x"]}"#, "Match value must be String, number, true, false, or null at a"),
        Refused(#"{"a":[1],"a":[2]}"#, "Path `a` cannot be allowed multiple times"),
        Refused(#"{"d":{"a":[1],"b":[1],"a":[1]}}"#, "Path `d.a` cannot be allowed multiple times"),
        Refused(#"{"d":{"a":[1]},"d":{"b":[1]}}"#, "Path `d` cannot be allowed multiple times"),
        Refused(#"{"a":[{"prefix":"x","prefix":"y"}]}"#, "Path `a.prefix` cannot be allowed multiple times"),
        Refused(#"{"d":{"a":[1]},"$or":[{"d":{"a":[2]}},{"b":[1]}]}"#, "Path `d.a` cannot be allowed multiple times"),
        Refused(#"{"a":[1],"$or":[{"a":{"x":[2]}},{"b":[1]}]}"#, "Path `a` cannot be allowed multiple times"),
    ])
    func shapes(_ row: Refused) { check(row) }

    @Test(arguments: [
        Refused(#"{"a":[{}]}"#, "Match expression name not found at a"),
        Refused(#"{"a":[{"EXISTS":true}]}"#, "Unrecognized match type EXISTS at a"),
        Refused(#"{"d":{"a":["x",{"like":"y"}]}}"#, "Unrecognized match type like at d.a"),
        Refused(#"{"a":[{"prefix":"x","suffix":"y"}]}"#, "Only one key allowed in match expression at a"),
        Refused(#"{"a":[{"prefix":1}]}"#, "prefix match pattern must be a string at a"),
        Refused(#"{"a":[{"prefix":["x"]}]}"#, "prefix match pattern must be a string at a"),
        Refused(#"{"a":[{"prefix":{}}]}"#, "prefix expression name not found at a"),
        Refused(#"{"a":[{"prefix":{"suffix":"x"}}]}"#, "Unsupported prefix pattern: suffix at a"),
        Refused(
            #"{"a":[{"prefix":{"equals-ignore-case":1}}]}"#, "equals-ignore-case match pattern must be a string at a"),
        Refused(#"{"a":[{"suffix":null}]}"#, "suffix match pattern must be a string at a"),
        Refused(#"{"a":[{"suffix":{"prefix":"x"}}]}"#, "Unsupported suffix pattern: prefix at a"),
        Refused(#"{"a":[{"equals-ignore-case":["x"]}]}"#, "equals-ignore-case match pattern must be a string at a"),
        Refused(#"{"a":[{"wildcard":7}]}"#, "wildcard match pattern must be a string at a"),
        Refused(#"{"a":[{"wildcard":"x**y"}]}"#, "Consecutive wildcard characters at pos 2 at a"),
        Refused(#"{"a":[{"wildcard":"x\\y"}]}"#, "Invalid escape character at pos 2 at a"),
        Refused(#"{"a":[{"wildcard":"xy\\"}]}"#, "Invalid escape character at pos 3 at a"),
        Refused(#"{"a":[{"exists":"true"}]}"#, "exists match pattern must be either true or false at a"),
        Refused(#"{"a":[{"exists":1}]}"#, "exists match pattern must be either true or false at a"),
        Refused(#"{"a":[{"cidr":1}]}"#, "cidr match pattern must be a string at a"),
        Refused(#"{"a":[{"cidr":"10.0.0.0"}]}"#, "Malformed CIDR, one '/' required at a"),
        Refused(#"{"a":[{"cidr":"10.0.0.0/8/8"}]}"#, "Malformed CIDR, one '/' required at a"),
        Refused(#"{"a":[{"cidr":"10.0.0.0/x"}]}"#, "Malformed CIDR, mask bits must be an integer at a"),
        Refused(#"{"a":[{"cidr":"10.0.0.0/-1"}]}"#, "Malformed CIDR, mask bits must not be negative at a"),
        Refused(#"{"a":[{"cidr":"10.0.0.0/33"}]}"#, "IPv4 mask bits must be <= 32 at a"),
        Refused(#"{"a":[{"cidr":"::/129"}]}"#, "IPv6 mask bits must be <= 128 at a"),
        Refused(#"{"a":[{"cidr":"xx.11.xx/8"}]}"#, "Nonstandard IP address: xx.11.xx at a"),
        Refused(#"{"a":[{"cidr":"xxxx:db8::/8"}]}"#, "Nonstandard IP address: xxxx:db8:: at a"),
    ])
    func expressions(_ row: Refused) { check(row) }

    @Test(arguments: [
        Refused(#"{"a":[{"numeric":5}]}"#, "Value of numeric must be an array at a"),
        Refused(#"{"a":[{"numeric":[]}]}"#, "Invalid member in numeric match: nothing at a"),
        Refused(#"{"a":[{"numeric":[5,">"]}]}"#, "Invalid member in numeric match: 5 at a"),
        Refused(#"{"a":[{"numeric":["==",5]}]}"#, "Unrecognized numeric range operator: == at a"),
        Refused(#"{"a":[{"numeric":["="]}]}"#, "Value of equals must be numeric at a"),
        Refused(#"{"a":[{"numeric":[">","5"]}]}"#, "Value of > must be numeric at a"),
        Refused(#"{"a":[{"numeric":["=",5,"<",6]}]}"#, "Too many elements in numeric expression at a"),
        Refused(#"{"a":[{"numeric":["<",5,">",0]}]}"#, "Too many elements in numeric expression at a"),
        Refused(#"{"a":[{"numeric":["<=",5,6]}]}"#, "Too many elements in numeric expression at a"),
        Refused(#"{"a":[{"numeric":[">",0,">",0]}]}"#, "Bad numeric range operator: > at a"),
        Refused(#"{"a":[{"numeric":[">",0,"=",1]}]}"#, "Bad numeric range operator: = at a"),
        Refused(#"{"a":[{"numeric":[">",0,5]}]}"#, "Bad value in numeric range: 5 at a"),
        Refused(#"{"a":[{"numeric":[">",0,"<"]}]}"#, "Value of < must be numeric at a"),
        Refused(#"{"a":[{"numeric":[">",0,"<",5,6]}]}"#, "Too many terms in numeric range expression at a"),
        Refused(#"{"a":[{"numeric":[">",5,"<",0]}]}"#, "Bottom must be less than top at a"),
        Refused(#"{"a":[{"numeric":[">=",5,"<=",5]}]}"#, "Bottom must be less than top at a"),
        Refused(#"{"a":[{"numeric":["<",5000000001]}]}"#, "Value must be between -5.0E9 and 5.0E9, inclusive at a"),
        Refused(#"{"a":[{"numeric":[">",0,"<",6e9]}]}"#, "Value must be between -5.0E9 and 5.0E9, inclusive at a"),
        Refused(#"{"a":[{"anything-but":-6e9}]}"#, "Value must be between -5.0E9 and 5.0E9, inclusive at a"),
    ])
    func numbers(_ row: Refused) { check(row) }

    private static let needsValues = "Value of anything-but must be an array or single string/number value at a"
    private static let noSuchValues = "Inside anything but list, start|null|boolean is not supported at a"
    private static let mixed =
        "Inside anything but list, either all values are number or string, mixed type is not supported at a"

    @Test(arguments: [
        Refused(#"{"a":[{"anything-but":null}]}"#, needsValues),
        Refused(#"{"a":[{"anything-but":true}]}"#, needsValues),
        Refused(#"{"a":[{"anything-but":["x",1]}]}"#, mixed), Refused(#"{"a":[{"anything-but":[]}]}"#, mixed),
        Refused(#"{"a":[{"anything-but":["x",null]}]}"#, noSuchValues),
        Refused(#"{"a":[{"anything-but":[["x"]]}]}"#, noSuchValues),
        Refused(#"{"a":[{"anything-but":{}}]}"#, "Anything-But expression name not found at a"),
        Refused(#"{"a":[{"anything-but":{"like":"x"}}]}"#, "Unsupported anything-but pattern: like at a"),
        Refused(#"{"a":[{"anything-but":{"numeric":["=",1]}}]}"#, "Unsupported anything-but pattern: numeric at a"),
        Refused(#"{"a":[{"anything-but":{"prefix":{"equals-ignore-case":"x"}}}]}"#, needsValues),
        Refused(#"{"a":[{"anything-but":{"prefix":1}}]}"#, "prefix/suffix match pattern must be a string at a"),
        Refused(
            #"{"a":[{"anything-but":{"suffix":["x",null]}}]}"#, "prefix/suffix match pattern must be a string at a"),
        Refused(#"{"a":[{"anything-but":{"prefix":""}}]}"#, "Null prefix/suffix not allowed at a"),
        Refused(#"{"a":[{"anything-but":{"suffix":["x",""]}}]}"#, "Null prefix/suffix not allowed at a"),
        Refused(#"{"a":[{"anything-but":{"suffix":[]}}]}"#, "Empty arrays are not allowed at a"),
        Refused(#"{"a":[{"anything-but":{"wildcard":["x",1]}}]}"#, "wildcard match pattern must be a string at a"),
        Refused(#"{"a":[{"anything-but":{"wildcard":"**"}}]}"#, "Consecutive wildcard characters at pos 1 at a"),
        Refused(
            #"{"a":[{"anything-but":{"equals-ignore-case":[1]}}]}"#,
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported at a"),
        Refused(
            #"{"a":[{"anything-but":{"prefix":"x","suffix":"y"}}]}"#, "Only one key allowed in match expression at a"),
    ])
    func exclusions(_ row: Refused) { check(row) }

    @Test(arguments: [
        Refused(#"{"$or":{"a":[1]}}"#, "It must be an Array followed with $or"),
        Refused(#"{"d":{"$or":"x"}}"#, "It must be an Array followed with $or at d"),
        Refused(#"{"$or":[]}"#, "There must have at least 2 Objects in $or relationship"),
        Refused(#"{"d":{"$or":[{"a":[1]}]}}"#, "There must have at least 2 Objects in $or relationship at d"),
        Refused(#"{"$or":[{"a":[1]},"b"]}"#, "Only JSON object is allowed in array of $or relationship"),
        Refused(#"{"$or":[{"a":[1]},{}]}"#, "Empty objects are not allowed"),
        Refused(
            #"{"$or":[{"prefix":["x"]},{"a":[1]}]}"#, "prefix is a reserved field name which cannot be used inside $or"),
        Refused(
            #"{"$or":[{"d":{"numeric":["=",1]}},{"a":[1]}]}"#,
            "numeric is a reserved field name which cannot be used inside $or at d"),
    ])
    func alternatives(_ row: Refused) { check(row) }

    @Test(arguments: [
        "", " ", "{", #"{"a":[1]"#, #"{'a':[1]}"#, #"{"a":[1]}x"#, #"{"a":[1,]}"#, "this", "{\"a\":[\"\u{1}\"]}",
    ])
    func whatIsNoJSON(_ text: String) {
        let refusal = #expect(throws: PatternRefusal.self) { try EventPattern(parsing: Array(text.utf8)) }
        #expect(refusal?.reason.hasPrefix("Event pattern is not valid. Reason: ") == true)
        #expect(refusal?.reason.contains(" at byte ") == true)
    }
}
