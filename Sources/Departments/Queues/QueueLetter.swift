/// A text that another department puts into a queue, with message attributes of type String.
package struct QueueLetter: Hashable, Sendable {
    package let text: String
    package let attributes: [String: String]

    package init(_ text: String, attributes: [String: String] = [:]) {
        self.text = text
        self.attributes = attributes
    }
}
