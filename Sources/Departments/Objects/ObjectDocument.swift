internal import Core
internal import XML

/// A request's document.
enum ObjectDocument {
    static func read(_ text: [UInt8], root: String) throws(ServiceProblem) -> XMLElement {
        guard let element = try? XMLElement(parsing: text), element.name == root else {
            throw ObjectProblem.malformedXML
        }
        return element
    }
}
