import Core
import Policies
import Testing

/// Every operator, with what passes it and what does not.
@Suite struct ConditionTests {
    /// Whether an Allow with this condition lets a request with these values of `x:k` through; nil: without the key.
    static func holds(
        _ name: String, _ wanted: Datum, _ values: [String]?, effect: String = "Allow", key: String = "AWS:SourceVpc"
    ) throws -> Bool {
        let conditional = statement(["Effect": .text(effect), "Condition": .map([name: .map([key: wanted])])])
        let context = values.map { [key.lowercased(): $0] } ?? [:]
        let all: Datum = effect == "Allow" ? [conditional] : [statement(), conditional]
        return try decide(all, context: context) == (effect == "Allow" ? .allowed : .deniedExplicitly(by: "P/2"))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let wanted: Datum
        let hits: [String]
        let misses: [String]
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "StringEquals", wanted: ["a", "b*"], hits: ["a", "b*"], misses: ["A", "bb", "", "ab"]),
        Row(name: "StringEquals", wanted: "é", hits: ["é"], misses: ["e\u{301}"]),
        Row(name: "StringNotEquals", wanted: ["a", "b"], hits: ["A", "c", ""], misses: ["a", "b"]),
        Row(name: "StringEqualsIgnoreCase", wanted: "aB", hits: ["AB", "ab"], misses: ["a", "abc"]),
        Row(name: "StringNotEqualsIgnoreCase", wanted: "aB", hits: ["a", "abc"], misses: ["AB", "ab"]),
        Row(
            name: "StringLike", wanted: ["a*c", "?"], hits: ["ac", "abbc", "x", "acc"], misses: ["AC", "acb", "", "xy"]),
        Row(name: "StringNotLike", wanted: "a*", hits: ["ba", "A"], misses: ["a", "ab"]),
        Row(name: "NumericEquals", wanted: 5, hits: ["5", "5.0", "+5", "50e-1"], misses: ["6", "five", "", "0x5"]),
        Row(
            name: "NumericEquals", wanted: "9007199254740993", hits: ["9007199254740993"], misses: ["9007199254740992"]),
        Row(name: "NumericNotEquals", wanted: [5, 7], hits: ["6"], misses: ["5", "7", "five"]),
        Row(name: "NumericLessThan", wanted: 5, hits: ["4.99", "-6"], misses: ["5", "6", "nan"]),
        Row(name: "NumericLessThanEquals", wanted: .number(5.5), hits: ["5.5", "5"], misses: ["5.6"]),
        Row(
            name: "NumericLessThan", wanted: "9007199254740993", hits: ["9007199254740992"],
            misses: ["9007199254740993"]),
        Row(name: "NumericGreaterThan", wanted: "5", hits: ["6"], misses: ["5", "4", "inf"]),
        Row(name: "NumericGreaterThanEquals", wanted: "5", hits: ["5", "6"], misses: ["4.9"]),
        Row(
            name: "DateEquals", wanted: "2026-11-20T07:00:00Z",
            hits: ["2026-11-20T08:00:00+01:00", "2026-11-20T07:00Z", "1795158000", "2026-11-19T22:30:00.0-08:30"],
            misses: ["2026-11-20T07:00:01Z", "2026-11-20", "now", "2026-11-20T07:00:00"]),
        Row(name: "DateNotEquals", wanted: "2026", hits: ["2026-01-02"], misses: ["2026-01", "2026-01-01", "x"]),
        Row(name: "DateLessThan", wanted: "2026-11", hits: ["2026-10-31T23:59:59.9Z"], misses: ["2026-11-01", "2027"]),
        Row(name: "DateLessThanEquals", wanted: 0, hits: ["0", "1970", "1969"], misses: ["1"]),
        Row(name: "DateGreaterThan", wanted: "1970-01-01", hits: ["1"], misses: ["0", "-12345"]),
        Row(name: "DateGreaterThanEquals", wanted: "1970-01-01", hits: ["00000", "1"], misses: ["1969-12-31"]),
        Row(name: "Bool", wanted: true, hits: ["true", "True"], misses: ["false", "1", ""]),
        Row(name: "Bool", wanted: "False", hits: ["false"], misses: ["true"]),
        Row(name: "BinaryEquals", wanted: "aGk=", hits: ["aGk=", "aGk"], misses: ["aGo=", "hi!", ""]),
        Row(
            name: "IpAddress", wanted: ["10.1.2.3/8", "2001:db8::/33"],
            hits: ["10.255.0.1", "::ffff:10.0.0.1", "2001:db8:7fff::1", "2001:DB8::"],
            misses: ["11.0.0.1", "2001:db8:8000::1", "10.0.0", "010.0.0.1", "10.0.0.0/8", "10.0.0.256", "1::2::3"]),
        Row(name: "IpAddress", wanted: "192.0.2.7", hits: ["192.0.2.7"], misses: ["192.0.2.8", "::192.0.2.7"]),
        Row(name: "IpAddress", wanted: "0.0.0.0/0", hits: ["255.1.2.3"], misses: ["::1"]),
        Row(
            name: "IpAddress", wanted: "1:2:3:4:5:6:7.8.9.10",
            hits: ["1:2:3:4:5:6:708:90a"], misses: ["1:2:3:4:5:6:7.8.9.11", "1:2:3:4:5:6:7:8:9"]),
        Row(name: "NotIpAddress", wanted: "10.0.0.0/8", hits: ["11.0.0.1", "::1"], misses: ["10.9.9.9", "nowhere"]),
        Row(
            name: "ArnLike", wanted: "arn:aws:s3:::line-*", hits: ["arn:aws:s3:::line-1", "arn:aws:s3:::line-a:b"],
            misses: ["arn:aws:s3:::lin", "arn:aws:s3::1:line-1", "line-1"]),
        Row(
            name: "ArnEquals", wanted: "arn:*:sns:*:11112222333?:t",
            hits: ["arn:aws:sns:eu:111122223333:t"],
            misses: ["arn:aws:x:sns:eu:111122223333:t", "arn:aws:sns:eu:west:111122223333:t", "arn:aws:sns:eu:1:t"]),
        Row(name: "ArnLike", wanted: "*", hits: ["arn:aws:s3:::a"], misses: []),
        Row(name: "ArnLike", wanted: "arn:aws:*", hits: [], misses: ["arn:aws:s3:::a"]),
        Row(name: "ArnNotEquals", wanted: "arn:aws:s3:::a", hits: ["arn:aws:s3:::b"], misses: ["arn:aws:s3:::a"]),
        Row(name: "ArnNotLike", wanted: "arn:aws:s3:::a*", hits: ["arn:aws:s3:::b"], misses: ["arn:aws:s3:::ab"]),
        Row(name: "Null", wanted: true, hits: [""], misses: ["x"]),
        Row(name: "Null", wanted: "false", hits: ["x"], misses: [""]),
    ]

    @Test(arguments: rows)
    func compares(_ row: Row) throws {
        for value in row.hits { #expect(try Self.holds(row.name, row.wanted, [value]), "\(value) should pass") }
        for value in row.misses { #expect(try !Self.holds(row.name, row.wanted, [value]), "\(value) should not pass") }
    }

    /// A value of the wrong kind never lets an Allow through, and never lets a caller past a Deny of all but some.
    static let incomparable: [(String, Datum, String)] = [
        ("NotIpAddress", "10.0.0.0/8", "nowhere"), ("NumericNotEquals", 5, "five"), ("DateNotEquals", "2026", "x"),
    ]

    @Test(arguments: incomparable)
    func whatCannotBeComparedStaysShut(name: String, wanted: Datum, value: String) throws {
        #expect(try !Self.holds(name, wanted, [value]))
        #expect(try Self.holds(name, wanted, [value], effect: "Deny"))
    }

    static let missing: [(String, Datum, Bool)] = [
        ("StringEquals", "a", false), ("StringNotEquals", "a", true), ("StringLike", "*", false),
        ("StringNotLike", "*", true), ("StringEqualsIgnoreCase", "a", false), ("StringNotEqualsIgnoreCase", "a", true),
        ("NumericLessThan", 5, false), ("NumericNotEquals", 5, true), ("DateGreaterThan", "1970", false),
        ("DateNotEquals", "1970", true), ("Bool", false, false), ("BinaryEquals", "aGk=", false),
        ("IpAddress", "0.0.0.0/0", false), ("NotIpAddress", "0.0.0.0/0", true), ("ArnLike", "*", false),
        ("ArnNotLike", "*", true), ("Null", true, true), ("Null", false, false), ("StringEqualsIfExists", "a", true),
        ("NumericLessThanIfExists", 5, true), ("BoolIfExists", true, true), ("IpAddressIfExists", "10.0.0.0/8", true),
        ("ArnLikeIfExists", "arn:aws:s3:::a", true), ("StringNotEqualsIfExists", "a", true),
        ("ForAllValues:StringEquals", "a", true), ("ForAllValues:StringNotEquals", "a", true),
        ("ForAnyValue:StringEquals", "a", false), ("ForAnyValue:StringNotEquals", "a", false),
        ("ForAnyValue:StringEqualsIfExists", "a", true),
    ]

    @Test(arguments: missing)
    func aMissingKey(name: String, wanted: Datum, holds: Bool) throws {
        #expect(try Self.holds(name, wanted, nil) == holds)
        #expect(try Self.holds(name, wanted, []) == holds)
        #expect(try Self.holds(name, wanted, nil, effect: "Deny") == holds)
    }

    /// Nobody here knows whether there would be a value: nothing is allowed by that, and no refusal passed by.
    @Test(arguments: missing)
    func aKeyThatNobodyTells(name: String, wanted: Datum, holds: Bool) throws {
        for key in ["aws:ResourceTag/class", "aws:RequestTag/class", "aws:TagKeys", "s3:LocationConstraint", "x:k"] {
            #expect(try Self.holds(name, wanted, nil, key: key) == holds)
            #expect(try Self.holds(name, wanted, nil, effect: "Deny", key: key))
        }
    }

    static let many: [(String, Datum, [String], Bool)] = [
        ("StringEquals", ["a", "b"], ["x", "a"], true), ("StringEquals", "a", ["x", "y"], false),
        ("StringNotEquals", "a", ["x", "y"], true), ("StringNotEquals", "a", ["x", "a"], false),
        ("StringEqualsIfExists", "a", ["b"], false), ("BoolIfExists", true, ["false"], false),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false),
        ("ForAllValues:StringEquals", "a", [""], true), ("ForAllValues:StringEquals", "a", ["", "x"], false),
        ("ForAllValues:StringLike", "a*", ["a1", "a2"], true), ("ForAllValues:StringLike", "a*", ["a1", "b"], false),
        ("ForAllValues:StringNotEquals", "a", ["b", "c"], true),
        ("ForAllValues:StringNotEquals", "a", ["b", "a"], false),
        ("ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], true),
        ("ForAnyValue:StringEquals", ["a", "b"], ["x", "y"], false),
        ("ForAnyValue:StringEquals", "a", [""], false),
        ("ForAnyValue:StringNotEquals", "a", ["a", "b"], true), ("ForAnyValue:StringNotEquals", "a", ["a"], false),
        ("ForAnyValue:StringLikeIfExists", "a*", ["b"], false),
        ("ForAllValues:NumericLessThan", 5, ["4", "6"], false),
        ("ForAnyValue:IpAddress", "10.0.0.0/8", ["10.1.1.1"], true),
        ("Null", true, ["", ""], true), ("Null", [true, false], ["x"], true),
    ]

    @Test(arguments: many)
    func severalValues(name: String, wanted: Datum, values: [String], holds: Bool) throws {
        #expect(try Self.holds(name, wanted, values) == holds)
    }

    /// All blocks and all keys must hold.
    @Test(arguments: [("a", "1", true), ("a", "2", false), ("b", "1", false)])
    func allMustHold(first: String, second: String, isAllowed: Bool) throws {
        let conditions: Datum = ["StringEquals": ["x:a": "a"], "NumericEquals": ["x:b": 1]]
        let keys: Datum = ["StringEquals": ["x:a": "a", "x:b": "1"]]
        for condition in [conditions, keys] {
            let decision = try decide(
                statement(["Condition": condition]), context: ["x:a": [first], "X:B": [second]])
            #expect(decision == (isAllowed ? .allowed : .notAllowed))
        }
    }

    @Test func noConditionIsNoCondition() throws {
        #expect(try decide(statement(["Condition": [:]])) == .allowed)
    }
}
