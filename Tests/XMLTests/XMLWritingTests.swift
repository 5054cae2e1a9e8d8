import Core
import Testing
import XML

@Suite struct XMLWritingTests {
    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    static func written(_ say: (inout XMLWriter) -> Void) -> String {
        var writer = XMLWriter()
        say(&writer)
        return String(String(decoding: writer.bytes, as: UTF8.self).dropFirst(declaration.count))
    }

    @Test func writesWhatIsSaid() {
        let buffer = ByteBuffer()
        var writer = XMLWriter(buffer)
        writer.open("a", [("xmlns", "urn:x"), ("b", "1 & 2")])
        writer.element("c", "d")
        writer.element("c", "", [("e", "f")])
        writer.text("g<")
        writer.raw("<h/>")
        writer.close("a")
        let text = "<a xmlns=\"urn:x\" b=\"1 &amp; 2\"><c>d</c><c e=\"f\"></c>g&lt;<h/></a>"
        #expect(buffer.text == Self.declaration + text)
        #expect(writer.bytes == Array(buffer.text.utf8))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let words: String
        let text: String
        let value: String
        init(_ words: String, _ text: String, value: String? = nil) {
            self.words = words
            self.text = text
            self.value = value ?? text
        }
        var testDescription: String { words.debugDescription }
    }

    @Test(arguments: [
        Row("", ""), Row("plain", "plain"), Row("é𝄞", "é𝄞"), Row("&<>\"", "&amp;&lt;&gt;&quot;"), Row("'", "'"),
        Row("]]>", "]]&gt;"), Row("&amp;", "&amp;amp;"), Row("a\rb", "a&#13;b"),
        Row("\r\n", "&#13;\n", value: "&#13;&#10;"),
        Row("\n", "\n", value: "&#10;"), Row("\t", "\t", value: "&#9;"),
        Row("\u{0}\u{1}a\u{8}\u{B}\u{1F}b\u{1B}", "ab"),
        Row("\u{FFFE}a\u{FFFF}", "a"), Row("\u{FFFD}\u{FFEF}\u{F8FF}\u{FEFF}", "\u{FFFD}\u{FFEF}\u{F8FF}\u{FEFF}"),
        Row("\u{7F}\u{85}\u{2028}", "\u{7F}\u{85}\u{2028}"), Row("\u{1F}\u{FFFE}", ""), Row("a<b", "a&lt;b"),
    ])
    func escapes(_ row: Row) {
        #expect(Self.written { $0.text(row.words) } == row.text)
        #expect(Self.written { $0.open("a", [("b", row.words)]) } == "<a b=\"\(row.value)\">")
    }

    /// Whatever is written of characters that XML has, it comes back.
    @Test func readsWhatItWrites() throws {
        var chance = Chance(state: 7)
        for _ in 0..<3_000 {
            var writer = XMLWriter()
            let tree = Leaf.write(&chance, depth: 4, &writer)
            let element = try XMLElement(parsing: writer.bytes)
            #expect(Leaf(element) == tree, "\(writer.buffer.text)")
        }
    }
}

/// What of an element is written and read.
private struct Leaf: Hashable {
    var name: String
    var attributes: [String: String]
    var text = ""
    var children: [Leaf] = []

    init(name: String, attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    init(_ element: XMLElement) {
        name = element.name
        attributes = element.attributes
        text = element.text
        children = element.children.map(Leaf.init)
    }

    static func write(_ chance: inout Chance, depth: Int, _ writer: inout XMLWriter) -> Leaf {
        var leaf = Leaf(name: chance.name(), attributes: chance.attributes())
        writer.open(leaf.name, leaf.attributes.map { ($0.key, $0.value) })
        for _ in 0..<chance.below(depth == 0 ? 1 : 4) {
            leaf.children.append(write(&chance, depth: depth - 1, &writer))
            let words = chance.words()
            leaf.text += words
            writer.text(words)
        }
        writer.close(leaf.name)
        return leaf
    }
}

private struct Chance {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }

    mutating func words() -> String {
        let letters = Array("ab &<>\"'é𝄞\r\n\t]]>;#x10?!-".unicodeScalars)
        var words = String.UnicodeScalarView()
        for _ in 0..<below(9) { words.append(letters[below(letters.count)]) }
        return String(words)
    }

    mutating func name() -> String { ["a", "Name", "É", "a.b-c_1"][below(4)] }

    mutating func attributes() -> [String: String] {
        Dictionary((0..<below(3)).map { _ in (name(), words()) }, uniquingKeysWith: { first, _ in first })
    }
}
