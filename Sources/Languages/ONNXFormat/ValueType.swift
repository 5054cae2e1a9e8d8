/// One extent of a tensor: known, named by the model, or left open.
package enum Dimension: Hashable, Sendable {
    case fixed(Int)
    case symbolic(String)
    case unknown
}

extension Dimension: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fixed(let extent): "\(extent)"
        case .symbolic(let name): name
        case .unknown: "?"
        }
    }
}

/// What a graph takes or gives: nearly always a tensor, but classical models also give sequences of maps.
package indirect enum ValueType: Hashable, Sendable {
    /// A nil shape is one of unknown rank; an empty shape is a scalar.
    case tensor(ElementType, shape: [Dimension]?)
    case sparseTensor(ElementType, shape: [Dimension]?)
    case sequence(ValueType)
    case map(key: ElementType, value: ValueType)
    case optional(ValueType)
    case opaque
    case unknown
}

extension ValueType: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tensor(let element, let shape): "tensor(\(element))\(Self.text(shape))"
        case .sparseTensor(let element, let shape): "sparse_tensor(\(element))\(Self.text(shape))"
        case .sequence(let element): "seq(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .optional(let element): "optional(\(element))"
        case .opaque: "opaque"
        case .unknown: "unknown"
        }
    }

    private static func text(_ shape: [Dimension]?) -> String {
        guard let shape else { return "" }
        return "[\(shape.map(\.description).joined(separator: ", "))]"
    }
}

/// A named input or output of the graph.
package struct ModelValue: Hashable, Sendable {
    package let name: String
    package let type: ValueType

    package init(name: String, type: ValueType) {
        self.name = name
        self.type = type
    }

    /// The element type, where the value is a tensor.
    package var elementType: ElementType? {
        switch type {
        case .tensor(let element, _), .sparseTensor(let element, _): element
        default: nil
        }
    }

    /// The extents, where the value is a tensor of known rank.
    package var dimensions: [Dimension]? {
        switch type {
        case .tensor(_, let shape), .sparseTensor(_, let shape): shape
        default: nil
        }
    }
}

extension ModelValue: CustomStringConvertible {
    package var description: String { "\(name): \(type)" }
}
