/// How much a document may be; what is not said is enough for the small documents that requests carry.
package struct XMLLimits: Hashable, Sendable {
    /// Trees are given back to memory, compared and hashed from child to child: deeper ones could end a thread's stack.
    package static let depthMax = 256

    /// The whole document.
    package let bytes: Int
    /// Elements inside one another; the outermost is the first.
    package let depth: Int
    /// All elements together.
    package let elements: Int
    /// Attributes and namespaces that one element declares.
    package let attributes: Int
    /// A namespace's name. It is written once and belongs to every name after it, so that a long one multiplies.
    package let namespaceBytes: Int

    /// Limits that a caller names, with the others as they are.
    package init(
        bytes: Int = 2 << 20, depth: Int = 32, elements: Int = 200_000, attributes: Int = 64, namespaceBytes: Int = 256
    ) {
        precondition(bytes <= 1 << 30, "expat counts the bytes of a text in 32 bits")
        precondition(depth <= Self.depthMax, "deeper than \(Self.depthMax) is not safe")
        self.bytes = bytes
        self.depth = depth
        self.elements = elements
        self.attributes = attributes
        self.namespaceBytes = namespaceBytes
    }
}
