import Core
import Testing
import XML

@Suite struct XMLReadingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let tree: String
        init(_ text: String, _ tree: String) {
            self.text = text
            self.tree = tree
        }
        var testDescription: String { text }
    }

    /// The tree in one line: `name{namespace}[attribute=value]'text'(children)`, without what is empty.
    static func shown(_ element: XMLElement) -> String {
        var line = element.name
        if !element.namespace.isEmpty { line += "{\(element.namespace)}" }
        let attributes = element.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if !attributes.isEmpty { line += "[\(attributes.joined(separator: " "))]" }
        if !element.text.isEmpty { line += "'\(element.text)'" }
        if !element.children.isEmpty { line += "(\(element.children.map(shown).joined(separator: " ")))" }
        return line
    }

    static func read(_ text: String) throws -> String { shown(try XMLElement(parsing: Array(text.utf8))) }

    @Test(arguments: [
        Row("<a/>", "a"), Row("<a></a>", "a"), Row("<a  />", "a"), Row("<a>one</a>", "a'one'"),
        Row("<Ä>é𝄞</Ä>", "Ä'é𝄞'"),
        Row("<a> one </a>", "a' one '"), Row("<a>\n  <b/>\n</a>\n", "a'\n  \n'(b)"),
        Row("<a>x<b>y</b>z</a>", "a'xz'(b'y')"),
        Row("<a><b/><c/><b/></a>", "a(b c b)"), Row("<a><b><c><d>deep</d></c></b></a>", "a(b(c(d'deep')))"),
        Row("<?xml version=\"1.0\"?><a/>", "a"),
        Row("<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n<a/>", "a"),
        Row("\u{FEFF}<a>one</a>", "a'one'"), Row("\u{FEFF}<?xml version='1.0' encoding='UTF-8'?><a/>", "a"),
        Row("<a/> \n\t\n", "a"), Row("<a/><!-- after -->", "a"), Row("<!-- before --><a/>", "a"), Row("  <a/>", "a"),
    ])
    func readsElements(_ row: Row) throws { #expect(try Self.read(row.text) == row.tree) }

    @Test(arguments: [
        Row("<a>&lt;&gt;&amp;&quot;&apos;</a>", "a'<>&\"''"), Row("<a>&#65;&#x42;&#x1D11E;</a>", "a'AB𝄞'"),
        Row("<a>&#13;&#10;&#9;</a>", "a'\r\n\t'"), Row("<a>one\r\ntwo\rthree\nfour</a>", "a'one\ntwo\nthree\nfour'"),
        Row("<a>&amp;lt;</a>", "a'&lt;'"), Row("<a><![CDATA[<b>&amp;]]></a>", "a'<b>&amp;'"),
        Row("<a>x<![CDATA[y]]>z</a>", "a'xyz'"), Row("<a><![CDATA[]]></a>", "a"),
        Row("<a><![CDATA[]] >]]]]></a>", "a']] >]]'"),
        Row("<a>x<!-- y -->z</a>", "a'xz'"), Row("<a><!-- <b/> &c; --></a>", "a"),
        Row("<a>\u{7F}\u{85}\u{2028}</a>", "a'\u{7F}\u{85}\u{2028}'"),
        Row("<a>1 > 0 \" '</a>", "a'1 > 0 \" ''"),
    ])
    func readsText(_ row: Row) throws { #expect(try Self.read(row.text) == row.tree) }

    @Test(arguments: [
        Row("<a b='1' c=\"2\"/>", "a[b=1 c=2]"), Row("<a b=''/>", "a[b=]"),
        Row("<a b='&lt;&#38;&quot;'/>", "a[b=<&\"]"),
        Row("<a b='one\n\ttwo'/>", "a[b=one  two]"), Row("<a b='&#10;&#9;&#13;'/>", "a[b=\n\t\r]"),
        Row("<a b='>'/>", "a[b=>]"),
        Row("<a b = '1'\nc\n=\n'2'/>", "a[b=1 c=2]"),
        Row("<a xml:lang='de'/>", "a[{http://www.w3.org/XML/1998/namespace}lang=de]"),
    ])
    func readsAttributes(_ row: Row) throws { #expect(try Self.read(row.text) == row.tree) }

    @Test(arguments: [
        Row("<a xmlns='urn:x'><b/></a>", "a{urn:x}(b{urn:x})"), Row("<x:a xmlns:x='urn:x'><b/></x:a>", "a{urn:x}(b)"),
        Row("<a xmlns='urn:x'><b xmlns=''/></a>", "a{urn:x}(b)"),
        Row("<a xmlns='urn:x'><b xmlns='urn:y'/><c/></a>", "a{urn:x}(b{urn:y} c{urn:x})"),
        Row("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "a"),
        Row("<x:a xmlns:x='u'><x:b xmlns:x='v'><x:c/></x:b><x:d/></x:a>", "a{u}(b{v}(c{v}) d{u})"),
        Row("<é:Ä xmlns:é='u'/>", "Ä{u}"),
        Row("<a xmlns:x='urn:x' x:b='1' b='2'/>", "a[b=2 {urn:x}b=1]"),
        Row("<a xmlns='urn:x' b='1'/>", "a{urn:x}[b=1]"),
        Row("<x:a xmlns:x='urn:x'><x:a xmlns:x='urn:y'/></x:a>", "a{urn:x}(a{urn:y})"),
        Row("<a xmlns='urn:é '/>", "a{urn:é }"), Row("<a xmlns='urn:x&#13;'/>", "a{urn:x\r}"),
        Row("<a xmlns='http://s3.amazonaws.com/doc/2006-03-01/'/>", "a{http://s3.amazonaws.com/doc/2006-03-01/}"),
    ])
    func readsNamespaces(_ row: Row) throws { #expect(try Self.read(row.text) == row.tree) }

    static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        "\u{FEFF}\(text)".utf16.flatMap { unit in
            let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return bigEndian ? bytes : bytes.reversed()
        }
    }

    @Test(
        arguments: [
            Row("<a>é𝄞</a>", "a'é𝄞'"), Row("<?xml version='1.0' encoding='UTF-16'?><a b='ß'/>", "a[b=ß]"),
            Row("<a xmlns='urn:x'>\r\n</a>", "a{urn:x}'\n'"),
        ], [true, false])
    func readsUTF16(_ row: Row, bigEndian: Bool) throws {
        #expect(Self.shown(try XMLElement(parsing: Self.utf16(row.text, bigEndian: bigEndian))) == row.tree)
    }

    /// expat hands long texts over in pieces; no character may fall apart between two.
    @Test(arguments: [true, false]) func longTextsComeWhole(isUTF16: Bool) throws {
        let text = "x" + String(repeating: "é𝄞ab\n", count: 20_000)
        let document = "<a><![CDATA[\(text)]]>\(text)</a>"
        let bytes = isUTF16 ? Self.utf16(document, bigEndian: false) : Array(document.utf8)
        #expect(try XMLElement(parsing: bytes).text == text + text)
    }

    @Test func findsChildren() throws {
        let list = try XMLElement(parsing: Array("<l><k>1</k><m>2</m><k>3</k></l>".utf8))
        #expect(list["k"]?.text == "1" && list["m"]?.text == "2" && list["n"] == nil)
        #expect(list.all("k").map(\.text) == ["1", "3"] && list.all("n").isEmpty)
    }

    @Test func limitsAreReached() throws {
        let limits = XMLLimits(bytes: 57, depth: 3, elements: 4, attributes: 2, namespaceBytes: 5)
        let text = "<a xmlns='urn:x' b=''><c><d/></c><e xmlns:y='urn:y'/></a>"
        #expect(text.utf8.count == 57)
        #expect(try XMLElement(parsing: Array(text.utf8), limits: limits).children.count == 2)
    }

    /// Wide, deep as allowed and full of words: within the limits, and gone again without recursion that could hurt.
    @Test func largestTreesAreRead() throws {
        let deep =
            String(repeating: "<a>", count: XMLLimits.depthMax) + String(repeating: "</a>", count: XMLLimits.depthMax)
        let limits = XMLLimits(depth: XMLLimits.depthMax)
        let element = try XMLElement(parsing: Array(deep.utf8), limits: limits)
        #expect(Set([element, try XMLElement(parsing: Array(deep.utf8), limits: limits)]).count == 1)
        let wide =
            "<a xmlns='\(String(repeating: "n", count: 256))'>" + String(repeating: "<b/>", count: 199_999) + "</a>"
        #expect(try XMLElement(parsing: Array(wide.utf8)).children.count == 199_999)
    }
}
