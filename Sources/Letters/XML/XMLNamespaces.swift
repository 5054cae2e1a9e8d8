internal import Core

/// What prefixes stand for while elements are open.
///
/// expat could tell, but it writes a namespace out for every attribute of a tag before anyone can refuse the tag: one of two
/// megabytes, half of it the namespace, grew to eighty gigabytes.
struct XMLNamespaces {
    private static let xml = "http://www.w3.org/XML/1998/namespace"
    private static let xmlns = "http://www.w3.org/2000/xmlns/"

    private let bytesMax: Int
    /// By prefix, the innermost last; without a prefix under the empty one.
    private var bound = ["xml": [Self.xml]]
    /// What each open element has declared.
    private var declared: [[String]] = []

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// An element begins; gives the attributes that are no declarations.
    mutating func begin(_ attributes: [(name: XMLName, value: String)]) throws(XMLDoubt) -> [(
        name: XMLName, value: String
    )] {
        var others: [(name: XMLName, value: String)] = []
        var prefixes: [String] = []
        for (name, value) in attributes {
            guard name.prefix == "xmlns" || name.prefix.isEmpty && name.local == "xmlns" else {
                others.append((name, value))
                continue
            }
            let prefix = name.prefix.isEmpty ? "" : name.local
            try check(prefix, value)
            bound[prefix, default: []].append(value)
            prefixes.append(prefix)
        }
        declared.append(prefixes)
        return others
    }

    /// The innermost element ends, and its declarations with it.
    mutating func end() {
        for prefix in declared.popLast() ?? [] { bound[prefix]?.removeLast() }
    }

    /// What a name without a prefix may be is the caller's: elements inherit, attributes do not.
    func namespace(of name: XMLName) throws(XMLDoubt) -> String {
        if let namespace = bound[name.prefix]?.last { return namespace }
        guard name.prefix.isEmpty else {
            throw XMLDoubt("the prefix '\(name.prefix.prefix(40))' stands for no namespace")
        }
        return ""
    }

    /// <https://www.w3.org/TR/xml-names/#ns-decl>
    private func check(_ prefix: String, _ namespace: String) throws(XMLDoubt) {
        guard namespace.utf8.count <= bytesMax else {
            throw XMLDoubt("the name of a namespace is longer than \(ByteSize(bytesMax))")
        }
        guard prefix != "xmlns", (prefix == "xml") == (namespace == Self.xml), namespace != Self.xmlns else {
            throw XMLDoubt("the prefixes xml and xmlns and their namespaces are reserved")
        }
        guard prefix.isEmpty || !namespace.isEmpty else {
            throw XMLDoubt("the prefix '\(prefix.prefix(40))' is declared to stand for nothing")
        }
    }
}
