import Core
import Testing

@testable import TopicRules

@Suite struct FunctionTests {
    @Test(arguments: [
        Row("abs(-5)", is: "5"), Row("abs('-5.5')", is: "5.5"), Row("abs(true)", is: nil), Row("abs(null)", is: nil),
        Row("ceil(1.2)", is: "2"), Row("ceil(-1.2)", is: "-1"), Row("floor(1.2)", is: "1"),
        Row("floor(-1.2)", is: "-2"),
        Row("floor('1.9')", is: "1"), Row("floor([1])", is: nil), Row("round(1.5)", is: "2"),
        Row("round(-1.5)", is: "-2"),
        Row("round(1.2)", is: "1"), Row("sign(-7)", is: "-1"), Row("sign(0)", is: "0"), Row("sign(13.5)", is: "1"),
        Row("power(2, 5)", is: "32"), Row("power('2', 0.5)", is: "1.4142135623730951"), Row("sqrt(9)", is: "3"),
        Row("sqrt(-1)", is: nil), Row("mod(8, 3)", is: "2"), Row("mod(8, 0)", is: nil),
        Row("remainder(8.5, 3)", is: "2.5"),
        Row("trunc(2.3, 0)", is: "2"), Row("trunc(2.3123, 2)", is: "2.31"), Row("trunc(2.888, 2)", is: "2.88"),
        Row("trunc(-2.888, 1)", is: "-2.8"), Row("trunc(2.00, 5)", is: "2"), Row("trunc(7, 2)", is: "7"),
        Row("exp(0)", is: "1"), Row("ln(1)", is: "0"), Row("log(100)", is: "2"), Row("ln(0)", is: nil),
        Row("acos(0)", is: "1.5707963267948966"), Row("acos(2)", is: nil), Row("atan2(1, 0)", is: "1.5707963267948966"),
        Row("cosh(2.3)", is: "5.037220649268761"), Row("bitand(13, 5)", is: "5"), Row("bitor(8, 5)", is: "13"),
        Row("bitxor(13, 5)", is: "8"), Row("bitnot(13)", is: "-14"), Row("bitand(13.9, '5')", is: "5"),
        Row("power(10, 400)", is: nil), Row("ceil(1e300)", is: nil),
    ])
    func numbers(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row("lower('HELLO')", is: #""hello""#), Row("upper('straße')", is: #""STRASSE""#),
        Row("upper(['a'])", is: #""[\"A\"]""#), Row("lower(null)", is: nil), Row("lower(missing)", is: nil),
        Row("length('hi€')", is: "3"), Row("length(false)", is: "5"), Row("numbytes('€')", is: "3"),
        Row("concat()", is: nil), Row("concat(1)", is: "1"), Row("concat('con', 'cat')", is: #""concat""#),
        Row("concat(1, 'hello')", is: #""1hello""#), Row("concat([1, 2], 'x', [3])", is: #"[1,2,"x",3]"#),
        Row("concat(1, 2)", is: nil), Row("concat('a', missing)", is: nil),
        Row("substring('012345', 0)", is: #""012345""#), Row("substring('012345', 2.745)", is: #""2345""#),
        Row("substring(123, 2)", is: #""3""#), Row("substring('012345', -1)", is: #""012345""#),
        Row("substring(true, 1.2)", is: #""rue""#), Row("substring(false, -2.411E247)", is: #""false""#),
        Row("substring('012345', 1, 3)", is: #""12""#), Row("substring('012345', -50, 50)", is: #""012345""#),
        Row("substring('012345', 3, 1)", is: #""""#), Row("substring('a', 'b')", is: nil),
        Row("startswith('ranger', 'ran')", is: "true"), Row("startswith(null, 'x')", is: nil),
        Row("endswith('cat', 'at')", is: "true"), Row("endswith('cat', 'cats')", is: "false"),
        Row("indexof('abcd', 'bc')", is: "1"), Row("indexof('€bc', 'bc')", is: "1"),
        Row("indexof('abcd', 'x')", is: "-1"),
        Row("indexof('a', 'ab')", is: "-1"), Row("replace('abcd', 'bc', 'x')", is: #""axd""#),
        Row("replace('abcdabcd', 'b', 'x')", is: #""axcdaxcd""#), Row("replace('aaa', 'a', '')", is: #""""#),
        Row("replace('abc', '', 'x')", is: #""abc""#), Row("replace(121, 1, 3)", is: #""323""#),
        Row("trim(' hi ')", is: #""hi""#), Row("ltrim(' h i ')", is: #""h i ""#), Row("rtrim(' h i ')", is: #"" h i""#),
        Row("lpad('hello', 2)", is: #""  hello""#), Row("rpad(1, 3)", is: #""1   ""#),
        Row("lpad('a', -4)", is: #""a""#),
        Row("lpad('a', 'x')", is: nil), Row("chr(65)", is: #""A""#), Row("chr(200)", is: nil),
        Row("md5('hello')", is: #""5d41402abc4b2a76b9719d911017c592""#),
        Row("sha256('')", is: #""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#),
        Row("length(sha512('a'))", is: "128"), Row("encode('hi', 'base64')", is: #""aGk=""#),
        Row("encode(*, 'base64')", #"{"a":1}"#, is: #""eyJhIjoxfQ==""#), Row("encode(missing, 'base64')", is: nil),
        Row("decode('eyJhIjoxfQ==', 'base64').a", is: "1"), Row("decode('aGk=', 'base64')", is: #""hi""#),
        Row("decode('*', 'base64')", is: "null"),
    ])
    func texts(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row("get(['a', 'b'], 1)", is: #""b""#), Row("get({'a': 'b'}, 'a')", is: #""b""#),
        Row("get('abc', 1)", is: #""b""#),
        Row("get(['a'], 5)", is: nil), Row("get(['a'], '0')", is: #""a""#), Row("get({'a': 1}, 0)", is: nil),
        Row("get(*, 'a-b')", #"{"a-b":1}"#, is: "1"), Row("get(5, 0)", is: nil), Row("isNull(null)", is: "true"),
        Row("isNull(missing)", is: "false"), Row("isUndefined(missing)", is: "true"),
        Row("isUndefined(null)", is: "false"),
        Row("isUndefined(floor([1]))", is: "true"), Row("nanvl(8, 3)", is: "8"), Row("nanvl(missing, 3)", is: "3"),
        Row("nanvl(null, 3)", is: "3"), Row("nanvl('x', 3)", is: #""x""#), Row("nvl(missing, 'x')", is: #""x""#),
        Row("get_or_default(a, 1)", #"{"a":2}"#, is: "2"), Row("transform('enrichArray', 1, [])", is: nil),
        Row("transform('enrichArray', {}, [1])", is: nil),
    ])
    func picked(_ row: Row) throws { try row.check() }

    @Test(arguments: [
        Row("topic()", is: #""plant/line-1/temperature""#), Row("topic(1)", is: #""plant""#),
        Row("topic('2')", is: #""line-1""#),
        Row("topic(4)", is: nil), Row("topic(0)", is: nil), Row("clientid()", is: #""core-1""#),
        Row("principal()", is: #""c0ffee""#), Row("timestamp()", is: "1481825251155"),
        Row("accountid()", is: #""123456789012""#), Row("sql_version()", is: #""2016-03-23""#),
        Row("traceid()", is: #""trace""#), Row("length(newuuid())", is: "36"),
        Row("newuuid() = newuuid()", is: "false"),
        Row("rand() < 1", is: "true"), Row("Length(TOPIC(1))", is: "5"),
    ])
    func ofTheMessage(_ row: Row) throws { try row.check() }

    @Test func senderThatIsNotKnown() throws {
        let found = try outcome(
            "SELECT clientid() AS c, principal() AS p FROM 'a'", message("{}", client: nil, certificate: nil))
        #expect(found == #"{"c":"n/a"}"#)
    }

    @Test(arguments: [
        Row("parse_time('yyyy', timestamp(), 'UTC')", is: #""2016""#),
        Row("parse_time('yyyy-MM-dd''T''HH:mm:ss.SSSZ', timestamp())", is: #""2016-12-15T18:07:31.155+0000""#),
        Row(#"parse_time("yyyy.MM.dd G 'at' HH:mm:ss z", 100000000)"#, is: #""1970.01.02 AD at 03:46:40 UTC""#),
        Row("parse_time('yy/M/d h:mm a', 0)", is: #""70/1/1 12:00 AM""#),
        Row("parse_time('EEE EEEE MMM MMMM D', 0)", is: #""Thu Thursday Jan January 1""#),
        Row("parse_time('HH:mm ZZ', 0, '+02:00')", is: #""02:00 +02:00""#),
        Row("parse_time('dd HH', 0, '-0130')", is: #""31 22""#), Row("parse_time('HH', 0, 'UTC+5')", is: #""05""#),
        Row("parse_time('K k S SS SSSSS', 86399999)", is: #""11 23 9 99 99900""#),
        Row("parse_time('yyyy', 'x')", is: nil), Row("parse_time('yyyy', missing)", is: nil),
        Row("parse_time('yyyy', 1e18)", is: nil), Row("parse_time(p, 0)", #"{"p":"Q"}"#, is: nil),
        Row("parse_time('yyyy', 0, z)", #"{"z":"Nowhere"}"#, is: nil),
        Row("parse_time('yyyy-MM-dd', -1)", is: #""1969-12-31""#),
    ])
    func times(_ row: Row) throws { try row.check() }
}
