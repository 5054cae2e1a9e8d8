import Core
import Testing

@testable import TopicRules

@Suite struct ExpressionTests {
    @Test(arguments: [
        Row("1", is: "1"), Row("1.5", is: "1.5"), Row("2e3", is: "2000"), Row("-1", is: "-1"), Row("- - 1", is: "1"),
        Row("'it''s'", is: #""it's""#), Row("\"a\"", is: #""a""#), Row("true", is: "true"), Row("NULL", is: "null"),
        Row("undefined", is: nil), Row("a.b[1].c", #"{"a":{"b":[0,{"c":7}]}}"#, is: "7"),
        Row("a.b", #"{"a":1}"#, is: nil), Row("a[9]", #"{"a":[1]}"#, is: nil), Row("a[-1]", #"{"a":[1]}"#, is: nil),
        Row("a['b']", #"{"a":{"b":1}}"#, is: "1"), Row("a.select", #"{"a":{"select":1}}"#, is: "1"),
        Row("größe", #"{"größe":1}"#, is: "1"),
    ])
    func namesAndLiterals(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row("1 + 2", is: "3"), Row("1 + 2.5", is: "3.5"), Row("2 * 3 + 4", is: "10"), Row("2 + 3 * 4", is: "14"),
        Row("(2 + 3) * 4", is: "20"), Row("10 - 2 - 3", is: "5"), Row("7 / 2", is: "3"), Row("7.0 / 2", is: "3.5"),
        Row("-7 / 2", is: "-3"), Row("7 % 3", is: "1"), Row("-7 % 3", is: "-1"), Row("7.5 % 2", is: "1.5"),
        Row("1 / 0", is: nil), Row("1.0 / 0", is: nil), Row("1 % 0", is: nil), Row("'5' - 2", is: "3"),
        Row("'5' * '2'", is: "10"), Row("'5E2' * 1", is: "500"), Row("'x' * 1", is: nil), Row("'1' + 2", is: #""12""#),
        Row("1 + 'a'", is: #""1a""#), Row("'a' + true", is: #""atrue""#), Row("'a' + null", is: nil),
        Row("'a' + missing", is: nil), Row("'a' + [1,'b']", is: #""a[1,\"b\"]""#), Row("true + 1", is: nil),
        Row("null + 1", is: nil), Row("missing + 1", is: nil), Row("[1] + 1", is: nil),
        Row("9223372036854775807 + 1 > 9223372036854775807", is: "false"),
        Row("9223372036854775807 + 9223372036854775807 > 9223372036854775807", is: "true"),
        Row("1e300 * 1e300", is: nil),
        Row("-(3)", is: "-3"), Row("-'3'", is: "-3"), Row("-true", is: nil), Row("' 5' * 1", is: nil),
        Row("'+5' * 1", is: nil),
        Row("'5.' * 1", is: nil), Row("'.5' * 1", is: nil),
    ])
    func arithmetic(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row("1 = 1.0", is: "true"), Row("1 = '1'", is: "false"), Row("'a' = 'a'", is: "true"),
        Row("'a' = 'A'", is: "false"),
        Row("null = null", is: "true"), Row("null <> null", is: "false"), Row("null = 1", is: "false"),
        Row("missing = 1", is: nil), Row("missing <> 1", is: nil), Row("missing = missing", is: nil),
        Row("[1,2] = [1,2]", is: "true"), Row("[1,2] = [2,1]", is: "false"),
        Row("{'a':1,'b':2} = {'b':2,'a':1}", is: "true"), Row("1 <> 2", is: "true"), Row("1 != 1", is: "false"),
        Row("true = 'true'", is: "false"), Row("1 <> 'a'", is: "true"),
        Row("2 > 1", is: "true"), Row("'2' > 10", is: "false"), Row("'10' >= '10.0'", is: "true"),
        Row("1 < 'x'", is: nil),
        Row("'a' < 'b'", is: nil), Row("true > false", is: nil), Row("null < 1", is: nil), Row("1 <= 1", is: "true"),
        Row("0.5 < 1", is: "true"),
    ])
    func comparisons(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row("true AND false", is: "false"), Row("true AND 'TRUE'", is: "true"), Row("true AND 1", is: nil),
        Row("false AND missing", is: nil), Row("true OR missing", is: nil), Row("false OR 'x'", is: nil),
        Row("false OR true AND true", is: "true"), Row("NOT true", is: "false"), Row("NOT 'false'", is: "true"),
        Row("NOT 1", is: nil), Row("NOT missing", is: nil), Row("NOT true OR true", is: "true"),
        Row("2 IN (1, 2)", is: "true"), Row("2 IN [1, 2]", is: "true"), Row("3 IN (1, 2)", is: "false"),
        Row("'2' IN (1, 2)", is: "false"), Row("2.0 IN (1, 2)", is: "true"),
        Row("a IN l", #"{"a":1,"l":[1]}"#, is: "true"),
        Row("1 IN (l)", #"{"l":[1]}"#, is: "true"), Row("missing IN (1)", is: nil), Row("1 IN missing", is: nil),
        Row("1 NOT IN (2)", is: "true"), Row("[1] IN ([1], [2])", is: "true"), Row("1 IN ()", is: "false"),
        Row("1 IN (SELECT VALUE n FROM l)", #"{"l":[{"n":1}]}"#, is: "true"),
    ])
    func logic(_ row: Row) throws { try row.check() }

    private static let light = #"{"color":"yellow","n":5}"#

    @Test(arguments: [
        Row("CASE color WHEN 'green' THEN 'go' WHEN 'yellow' THEN 'slow' ELSE 'stop' END", light, is: #""slow""#),
        Row("CASE color WHEN 'green' THEN 'go' ELSE 'stop' END", light, is: #""stop""#),
        Row("CASE color WHEN 'green' THEN 'go' END", light, is: nil),
        Row("CASE missing WHEN 'green' THEN 'go' ELSE 'stop' END", light, is: nil),
        Row("CASE WHEN n > 9 THEN 'much' WHEN n > 3 THEN 'some' ELSE 'few' END", light, is: #""some""#),
        Row("CASE n WHEN 5.0 THEN CASE WHEN true THEN 1 END END", light, is: "1"),
    ])
    func cases(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row("cast(true AS Int)", is: "1"), Row("cast(1.7 AS Int)", is: "1"), Row("cast(-1.5 AS INTEGER)", is: "-2"),
        Row("cast('12.9' AS Int)", is: "12"), Row("cast('x' AS Int)", is: nil), Row("cast(null AS Int)", is: nil),
        Row("cast('1.5' AS Decimal)", is: "1.5"), Row("cast(false AS Double)", is: "0"),
        Row("cast(5 AS String)", is: #""5""#), Row("cast(true AS Text)", is: #""true""#),
        Row("cast([1,'a'] AS varchar)", is: #""[1,\"a\"]""#), Row("cast(null AS String)", is: nil),
        Row("cast(0 AS Boolean)", is: "false"), Row("cast(0.5 AS Bool)", is: "true"),
        Row("cast('True' AS Bool)", is: "true"),
        Row("cast('1' AS Bool)", is: nil), Row("cast([1] AS Bool)", is: nil),
    ])
    func casts(_ row: Row) throws { try row.check() }
}
