import Testing
import XML

@Suite struct XMLRefusalTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let reason: String
        let line: Int
        let column: Int
        init(_ text: String, _ reason: String, _ line: Int, _ column: Int) {
            self.init(Array(text.utf8), reason, line, column)
        }
        init(_ bytes: [UInt8], _ reason: String, _ line: Int, _ column: Int) {
            self.bytes = bytes
            self.reason = reason
            self.line = line
            self.column = column
        }
        var testDescription: String { String(decoding: bytes.prefix(60), as: UTF8.self).debugDescription }
    }

    static func expect(_ row: Wrong, _ limits: XMLLimits = XMLLimits()) {
        let refusal = #expect(throws: XMLRefusal.self) { _ = try XMLElement(parsing: row.bytes, limits: limits) }
        #expect(refusal?.reason.contains(row.reason) == true, "\(String(describing: refusal))")
        #expect(refusal?.line == row.line && refusal?.column == row.column, "\(String(describing: refusal))")
    }

    @Test(arguments: [
        Wrong("", "no element found", 1, 1), Wrong(" \n ", "no element found", 2, 2),
        Wrong("<!-- a -->", "no element found", 1, 11),
        Wrong("a", "syntax error", 1, 1), Wrong("{\"a\": 1}", "not well-formed", 1, 1),
        Wrong("<a>", "no element found", 1, 4),
        Wrong("<a", "unclosed token", 1, 1), Wrong("<a><b></a>", "mismatched tag", 1, 9),
        Wrong("<a>\n</b>", "mismatched tag", 2, 3),
        Wrong("</a>", "not well-formed", 1, 2), Wrong("<a b/>", "not well-formed", 1, 5),
        Wrong("<a b=1/>", "not well-formed", 1, 6),
        Wrong("<a b='1'c='2'/>", "not well-formed", 1, 9), Wrong("<a b='<'/>", "not well-formed", 1, 7),
        Wrong("<a b='1' b='2'/>", "duplicate attribute", 1, 10),
        Wrong("<1/>", "not well-formed", 1, 2), Wrong("< a/>", "not well-formed", 1, 2),
        Wrong("<a>&</a>", "not well-formed", 1, 5),
        Wrong("<a>]]></a>", "not well-formed", 1, 6), Wrong("<a><!-- -- --></a>", "not well-formed", 1, 11),
        Wrong("<a><![CDATA[x</a>", "unclosed CDATA", 1, 18),
        Wrong("<a>\u{1}</a>", "not well-formed", 1, 4), Wrong("<a>\u{0}</a>", "not well-formed", 1, 4),
        Wrong("<a>\u{FFFF}</a>", "not well-formed", 1, 4),
    ])
    func refusesMalformed(_ row: Wrong) { Self.expect(row) }

    @Test(arguments: [
        Wrong("<a/><b/>", "junk after document element", 1, 5), Wrong("<a/>x", "junk after", 1, 5),
        Wrong("<a/>\n&amp;", "not well-formed", 2, 1),
        Wrong("<a/>\u{0}", "not well-formed", 1, 5), Wrong("<a/></a>", "not well-formed", 1, 6),
        Wrong("<a/><![CDATA[x]]>", "junk after", 1, 5),
        Wrong("<a/><?xml version='1.0'?>", "junk after", 1, 5),
        Wrong(" <?xml version='1.0'?><a/>", "not at start", 1, 2),
    ])
    func refusesTrailing(_ row: Wrong) { Self.expect(row) }

    @Test(arguments: [
        Wrong("<!DOCTYPE a><a/>", "document type", 1, 12),
        Wrong("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type", 1, 40),
        Wrong("<!DOCTYPE a PUBLIC 'p' 'http://x/y.dtd'><a/>", "document type", 1, 40),
        Wrong("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type", 1, 13),
        Wrong("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "document type", 1, 13),
        Wrong("<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://x/'> %b;]><a/>", "document type", 1, 13),
        Wrong("<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>", "document type", 1, 13),
        Wrong("<!DOCTYPE a [ not closed", "document type", 1, 13),
        Wrong("<!ENTITY b 'c'><a/>", "syntax error", 1, 1), Wrong("<a><!DOCTYPE a></a>", "not well-formed", 1, 6),
        Wrong("<a><!ENTITY b 'c'></a>", "not well-formed", 1, 6),
        Wrong("<a>&b;</a>", "undefined entity", 1, 4), Wrong("<a b='&nbsp;'/>", "undefined entity", 1, 1),
        Wrong("<a>%b;&LT;</a>", "undefined entity", 1, 7),
        Wrong("<a>&#0;</a>", "invalid character number", 1, 4),
        Wrong("<a>&#xD800;</a>", "invalid character number", 1, 4),
        Wrong("<a>&#x110000;</a>", "invalid character number", 1, 4),
        Wrong("<a>&#8;</a>", "invalid character number", 1, 4), Wrong("<a>&#xZ;</a>", "not well-formed", 1, 7),
        Wrong("<?xml-stylesheet href='a.xsl'?><a/>", "'xml-stylesheet'", 1, 1),
        Wrong("<a><?php echo 1 ?></a>", "'php'", 1, 4), Wrong("<a/><?b?>", "'b'", 1, 5),
    ])
    func refusesDeclarations(_ row: Wrong) { Self.expect(row) }

    @Test(arguments: [
        Wrong("<x:a/>", "'x' stands for no namespace", 1, 1),
        Wrong("<a x:b='1'/>", "'x' stands for no namespace", 1, 1),
        Wrong("<a:b:c xmlns:a='urn:x'/>", "'a:b:c' is not one prefix", 1, 1),
        Wrong("<:a/>", "':a' is not one prefix", 1, 1),
        Wrong("<a:/>", "'a:' is not one prefix", 1, 1),
        Wrong("<a:1 xmlns:a='urn:x'/>", "'a:1' is not one prefix", 1, 1),
        Wrong("<a b:='1'/>", "'b:' is not one prefix", 1, 1), Wrong("<a xmlns:='urn:x'/>", "'xmlns:' is not", 1, 1),
        Wrong("<a xmlns:x=''/>", "'x' is declared to stand for nothing", 1, 1),
        Wrong("<a xmlns:xml='urn:x'/>", "reserved", 1, 1),
        Wrong("<a xmlns:xmlns='urn:x'/>", "reserved", 1, 1), Wrong("<xmlns:a/>", "'xmlns' stands for no", 1, 1),
        Wrong("<a xmlns='http://www.w3.org/2000/xmlns/'/>", "reserved", 1, 1),
        Wrong("<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>", "reserved", 1, 1),
        Wrong("<a xmlns:x='urn:x' xmlns:y='urn:x' x:b='' y:b=''/>", "duplicate attribute {urn:x}b", 1, 1),
        Wrong("<a xmlns='u' xmlns='v'/>", "duplicate attribute", 1, 14),
        Wrong("<a>\n<b xmlns:x='urn:x'/><x:c/></a>", "'x' stands for no", 2, 21),
    ])
    func refusesNamespaces(_ row: Wrong) { Self.expect(row) }

    static let big = "<?xml version='1.0' encoding='"

    @Test(arguments: [
        Wrong("\(big)ISO-8859-1'?><a/>", "ISO-8859-1 is declared", 1, 1),
        Wrong("\(big)US-ASCII'?><a/>", "US-ASCII is declared", 1, 1),
        Wrong("\(big)windows-1252'?><a/>", "windows-1252 is declared", 1, 1),
        Wrong("\(big)UTF-16'?><a/>", "UTF-16 is declared", 1, 1),
        Wrong("\(big)UTF-7'?><a/>", "UTF-7 is declared", 1, 1),
        Wrong(XMLReadingTests.utf16("\(big)UTF-8'?><a/>", bigEndian: true), "UTF-8 is declared", 1, 2),
        Wrong([0xEF, 0xBB, 0xBF] + XMLReadingTests.utf16("<a/>", bigEndian: true), "not well-formed", 1, 2),
        Wrong([0xFF, 0xFE] + Array("<a/>".utf8), "not well-formed", 1, 3),
        Wrong([0], "byte order mark", 1, 1),
        Wrong("<?xml version='1.1'?><a/>", "XML 1.1 is declared", 1, 1),
        Wrong("<?xml version='1.0' a='b'?><a/>", "XML declaration not well-formed", 1, 21),
        Wrong(Array(XMLReadingTests.utf16("<a/>", bigEndian: true).dropFirst(2)), "byte order mark", 1, 1),
        Wrong(Array(XMLReadingTests.utf16("<a/>", bigEndian: false).dropFirst(2)), "byte order mark", 1, 1),
        Wrong([0xFF, 0xFE, 0, 0] + XMLReadingTests.utf16("<a/>", bigEndian: false), "not well-formed", 1, 2),
        Wrong(XMLReadingTests.utf16("<a>x</a>", bigEndian: false).dropLast(), "unclosed token", 1, 6),
        Wrong([0xFE, 0xFF], "no element found", 1, 2),
        Wrong(Array("<a>".utf8) + [0xC0, 0x80], "not well-formed", 1, 4),
        Wrong(Array("<a>".utf8) + [0xED, 0xA0, 0x80], "not well-formed", 1, 4),
        Wrong(Array("<a>".utf8) + [0xF4, 0x90, 0x80, 0x80], "not well-formed", 1, 4),
        Wrong(Array("<a>x\n".utf8) + [0xFF], "not well-formed", 2, 1),
        Wrong(Array("<a b='".utf8) + [0xE9] + Array("'/>".utf8), "not well-formed", 1, 7),
        Wrong(Array("<a>".utf8) + [0xC3], "partial character", 1, 4),
        Wrong(XMLReadingTests.utf16("<a>", bigEndian: true) + [0xDC, 0x00], "not well-formed", 1, 5),
    ])
    func refusesEncodings(_ row: Wrong) { Self.expect(row) }

    static let small = XMLLimits(bytes: 80, depth: 3, elements: 4, attributes: 2, namespaceBytes: 5)

    @Test(arguments: [
        Wrong("<a>\(String(repeating: "x", count: 80))</a>", "larger than 80 B", 1, 1),
        Wrong("<a>\n<b><c><d/></c></b></a>", "nested more than 3 deep", 2, 7),
        Wrong("<a><b/><b/><b/>\n<b/></a>", "more than 4 elements", 2, 1),
        Wrong("<a b='' c='' d=''/>", "more than 2 attributes", 1, 1),
        Wrong("<a xmlns='u' b='' c=''/>", "more than 2 attributes", 1, 1),
        Wrong("<a xmlns='u' xmlns:b='u' xmlns:c='u'/>", "more than 2 attributes", 1, 1),
        Wrong("<a><b xmlns='urn:xy'/></a>", "longer than 5 B", 1, 4),
    ])
    func refusesBeyondLimits(_ row: Wrong) { Self.expect(row, Self.small) }

    @Test(arguments: [
        Wrong(String(repeating: "<a>", count: 500_000), "nested more than 32 deep", 1, 97),
        Wrong("<a>" + String(repeating: "<b/>", count: 200_000), "more than 200000 elements", 1, 4 + 4 * 199_999),
        Wrong("<a" + (0..<65).map { " b\($0)=''" }.joined() + "/>", "more than 64 attributes", 1, 1),
        Wrong("<a" + (0..<100_000).map { " xmlns:b\($0)='u'" }.joined() + "/>", "more than 64 attributes", 1, 1),
        Wrong("<a>" + String(repeating: " ", count: 2 << 20), "larger than 2.0 MiB", 1, 1),
        Wrong("<a xmlns='\(String(repeating: "n", count: 257))'/>", "longer than 256 B", 1, 1),
        // expat's own namespaces would make 80 GiB of this.
        Wrong(
            "<a xmlns:x='\(String(repeating: "n", count: 1 << 20))'" + (0..<80_000).map { " x:b\($0)=''" }.joined()
                + "/>",
            "more than 64 attributes", 1, 1),
        Wrong("<a" + (0..<150_000).map { " b\($0)=''" }.joined() + "/>", "more than 64 attributes", 1, 1),
        Wrong("<?\(String(repeating: "p", count: 1 << 20)) ?><a/>", "'\(String(repeating: "p", count: 40))'", 1, 1),
        Wrong("<a" + String(repeating: ":", count: 1 << 20) + "/>", "is not one prefix", 1, 1),
        Wrong("<a b='\(String(repeating: "x", count: 1 << 20))", "unclosed token", 1, 1),
        Wrong("<a>" + String(repeating: "<!-- ", count: 100_000), "not well-formed", 1, 13),
    ])
    func refusesHostile(_ row: Wrong) { Self.expect(row) }

    @Test func refusesABillionLaughs() {
        var text = "<!DOCTYPE l [<!ENTITY l0 'ha'>"
        for level in 1...9 {
            text += "<!ENTITY l\(level) '" + String(repeating: "&l\(level - 1);", count: 10) + "'>"
        }
        Self.expect(Wrong(text + "]><l>&l9;</l>", "document type", 1, 13))
    }

    @Test func saysWhere() {
        let refusal = #expect(throws: XMLRefusal.self) { _ = try XMLElement(parsing: Array("<a>\n é<b></a>".utf8)) }
        #expect(refusal?.description == "mismatched tag at line 2, column 8")
    }
}
