/// What a tensor's elements are. Raw values are ONNX's own numbers, so that the runtime and the file format agree.
package enum ElementType: UInt32, Hashable, Sendable, CaseIterable {
    // <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3>, TensorProto.DataType
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case string = 8
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16

    /// Bytes of one element; strings have no fixed size.
    package var stride: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        case .string: nil
        }
    }

    /// The Open Inference Protocol's name.
    package var name: String {
        switch self {
        case .float32: "FP32"
        case .uint8: "UINT8"
        case .int8: "INT8"
        case .uint16: "UINT16"
        case .int16: "INT16"
        case .int32: "INT32"
        case .int64: "INT64"
        case .string: "BYTES"
        case .bool: "BOOL"
        case .float16: "FP16"
        case .float64: "FP64"
        case .uint32: "UINT32"
        case .uint64: "UINT64"
        case .bfloat16: "BF16"
        }
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    package init?(named name: String) {
        guard let type = Self.byName[name] else { return nil }
        self = type
    }
}
