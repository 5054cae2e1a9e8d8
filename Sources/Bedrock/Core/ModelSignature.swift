/// One input or output of a model. A dimension of -1 is free; `dimensionNames` keeps the graph's name for it.
package struct Port: Hashable, Sendable {
    package let name: String
    package let type: ElementType
    package let shape: [Int]
    package let dimensionNames: [String]

    package init(name: String, type: ElementType, shape: [Int], dimensionNames: [String] = []) {
        self.name = name
        self.type = type
        self.shape = shape
        self.dimensionNames = dimensionNames
    }

    /// The number of elements when every dimension is known, with free dimensions counted as one.
    package var elementCount: Int { shape.reduce(1) { $0 * Swift.max($1, $1 < 0 ? 1 : 0) } }

    /// Whether a concrete shape may be given for this port.
    package func accepts(_ concrete: [Int]) -> Bool {
        concrete.count == shape.count && zip(concrete, shape).allSatisfy { $1 < 0 || $0 == $1 }
    }
}

/// What goes in and what comes out: all that the doors know of a model.
package struct ModelSignature: Hashable, Sendable {
    package let inputs: [Port]
    package let outputs: [Port]

    package init(inputs: [Port], outputs: [Port]) {
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Whether the first axis of everything is free, so that requests may be run together.
    package var canBatch: Bool {
        !inputs.isEmpty && !outputs.isEmpty
            && (inputs + outputs).allSatisfy { $0.shape.first == -1 && $0.type != .string }
            && inputs.allSatisfy { $0.shape.dropFirst().allSatisfy { $0 >= 0 } }
    }
}
