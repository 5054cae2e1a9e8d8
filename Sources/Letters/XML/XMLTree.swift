/// Grows the elements of a document as they begin and end, within the limits. The open ones lie in a list, so nothing here recurses.
struct XMLTree {
    private let limits: XMLLimits
    private var namespaces: XMLNamespaces
    private var open: [XMLElement] = []
    private var count = 0
    /// Every word that names repeat is kept once: a long namespace on each element would multiply.
    private var words: Set<String> = []
    private(set) var root: XMLElement?

    init(_ limits: XMLLimits) {
        self.limits = limits
        namespaces = XMLNamespaces(bytesMax: limits.namespaceBytes)
    }

    mutating func begin(_ name: String, _ attributes: [(name: String, value: String)]) throws(XMLDoubt) {
        guard attributes.count <= limits.attributes else { throw XMLDoubt("more than \(limits.attributes) attributes") }
        guard open.count < limits.depth else { throw XMLDoubt("nested more than \(limits.depth) deep") }
        count += 1
        guard count <= limits.elements else { throw XMLDoubt("more than \(limits.elements) elements") }
        var named: [(name: XMLName, value: String)] = []
        for (name, value) in attributes { named.append((try XMLName(name), value)) }
        let values = try values(of: try namespaces.begin(named))
        let name = try XMLName(name)
        let namespace = kept(try namespaces.namespace(of: name))
        open.append(XMLElement(name: kept(name.local), namespace: namespace, attributes: values))
    }

    mutating func add(_ text: String) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += text
    }

    mutating func end() {
        guard let element = open.popLast() else { return }
        namespaces.end()
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    private mutating func values(of attributes: [(name: XMLName, value: String)]) throws(XMLDoubt) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in attributes {
            let key = name.prefix.isEmpty ? name.local : "{\(try namespaces.namespace(of: name))}\(name.local)"
            // Two prefixes can stand for one namespace.
            guard values.updateValue(value, forKey: kept(key)) == nil else {
                throw XMLDoubt("duplicate attribute \(key.prefix(300))")
            }
        }
        return values
    }

    private mutating func kept(_ word: String) -> String { words.insert(word).memberAfterInsert }
}
