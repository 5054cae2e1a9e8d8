internal import CXML
internal import Core

/// expat over one text. One thread, one use: expat calls back while `root` waits, and the reader frees it at the end.
///
/// expat's protection against amplification stays as it is, though without a document type there are no entities to amplify.
@safe final class XMLReader {
    private let limits: XMLLimits
    private let parser: XML_Parser
    private var encoding = XMLEncoding.utf8
    private var tree: XMLTree
    private var refusal: XMLRefusal?

    init(_ limits: XMLLimits) {
        self.limits = limits
        tree = XMLTree(limits)
        guard let parser = unsafe XML_ParserCreate(nil) else {
            fatalError("out of memory for an XML parser")
        }
        unsafe self.parser = parser
        listen()
    }

    deinit { unsafe XML_ParserFree(parser) }

    func root(of text: [UInt8]) throws(XMLRefusal) -> XMLElement {
        guard text.count <= limits.bytes else {
            throw XMLRefusal("larger than \(ByteSize(limits.bytes))", line: 1, column: 1)
        }
        guard let encoding = XMLEncoding(of: text) else {
            throw XMLRefusal("neither UTF-8 nor UTF-16 with its byte order mark", line: 1, column: 1)
        }
        self.encoding = encoding
        // Said from outside, so that expat does not change to the encoding that is declared.
        let isReady = unsafe XML_SetEncoding(parser, encoding.rawValue) == XML_STATUS_OK
        let isRead = unsafe text.withUnsafeBytes { bytes in
            unsafe XML_Parse(parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 1)
                == XML_STATUS_OK
        }
        if let refusal { throw refusal }
        guard isReady, isRead, let root = tree.root else { throw refused(expatReason) }
        return root
    }

    /// Each callback finds its reader and passes on what it heard as a value.
    private func listen() {
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(
            parser,
            { context, name, attributes in unsafe XMLReader.at(context)?.begin(name, attributes) },
            { context, _ in unsafe XMLReader.at(context)?.hear { $0.end() } })
        unsafe XML_SetCharacterDataHandler(parser) { context, letters, count in
            let text = unsafe String(decoding: UnsafeRawBufferPointer(start: letters, count: Int(count)), as: UTF8.self)
            unsafe XMLReader.at(context)?.hear { $0.add(text) }
        }
        unsafe XML_SetXmlDeclHandler(parser) { context, version, encoding, _ in
            let version = unsafe version.map { unsafe String(cString: $0) } ?? ""
            let encoding = unsafe encoding.map { unsafe String(cString: $0) }
            unsafe XMLReader.at(context)?.declaration(version, encoding)
        }
        unsafe XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
            unsafe XMLReader.at(context)?.refuse("a document type is declared; documents with one are not read")
        }
        unsafe XML_SetProcessingInstructionHandler(parser) { context, target, _ in
            let target = unsafe target.map { unsafe String(cString: $0) } ?? ""
            unsafe XMLReader.at(context)?.refuse("the processing instruction '\(target.prefix(40))' says nothing here")
        }
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> XMLReader? {
        unsafe context.map { unsafe Unmanaged<XMLReader>.fromOpaque($0).takeUnretainedValue() }
    }

    private func hear(_ news: (inout XMLTree) throws(XMLDoubt) -> Void) {
        // > Some call-backs may still follow because they would otherwise get lost.
        // <https://libexpat.github.io/doc/api/latest/#XML_StopParser>
        guard refusal == nil else { return }
        do throws(XMLDoubt) { try news(&tree) } catch { refuse(error.reason) }
    }

    private func begin(
        _ name: UnsafePointer<XML_Char>?, _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
    ) {
        guard let name = unsafe name.map({ unsafe String(cString: $0) }) else { return }
        var pairs: [(name: String, value: String)] = []
        var place = 0
        // One too many is enough for a refusal.
        while pairs.count <= limits.attributes, let name = unsafe attributes?[place],
            let value = unsafe attributes?[place + 1]
        {
            unsafe pairs.append((String(cString: name), String(cString: value)))
            place += 2
        }
        hear { (tree) throws(XMLDoubt) in try tree.begin(name, pairs) }
    }

    private func declaration(_ version: String, _ declared: String?) {
        if version != "1.0" { refuse("XML \(version.prefix(40)) is declared; 1.0 is read") }
        guard let declared, !encoding.agrees(with: declared) else { return }
        refuse("\(declared.prefix(40)) is declared, but the text is no such: UTF-8 and UTF-16 are read")
    }

    /// Keeps the first reason and lets expat go no further.
    private func refuse(_ reason: String) {
        guard refusal == nil else { return }
        refusal = refused(reason)
        _ = unsafe XML_StopParser(parser, 0)
    }

    private func refused(_ reason: String) -> XMLRefusal {
        unsafe XMLRefusal(
            reason, line: Int(XML_GetCurrentLineNumber(parser)), column: Int(XML_GetCurrentColumnNumber(parser)) + 1)
    }

    private var expatReason: String {
        unsafe XML_ErrorString(XML_GetErrorCode(parser)).map { unsafe String(cString: $0) } ?? "it cannot be read"
    }
}
