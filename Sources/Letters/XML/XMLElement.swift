/// One element of a document that was read. Comments are gone; entities, references and CDATA are plain text.
package struct XMLElement: Hashable, Sendable {
    /// The name as people say it, without a prefix.
    package let name: String
    /// The namespace that the prefix or `xmlns` stood for; empty when there is none.
    package let namespace: String
    /// By name; one that has a prefix stands under `{namespace}name`, for two may share the rest.
    package let attributes: [String: String]
    /// All characters that stand in the element itself, the white space around its children with them.
    package internal(set) var text = ""
    /// The elements inside, in their order.
    package internal(set) var children: [XMLElement] = []

    init(name: String, namespace: String, attributes: [String: String]) {
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
    }

    /// Reads a document and gives its outermost element.
    package init(parsing text: [UInt8], limits: XMLLimits = XMLLimits()) throws(XMLRefusal) {
        self = try XMLReader(limits).root(of: text)
    }

    /// The first child of this name.
    package subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All children of this name, in their order.
    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}
