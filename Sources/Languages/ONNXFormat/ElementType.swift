/// What one element of a tensor is, as `TensorProto.DataType` numbers it; open, because ONNX adds types.
package struct ElementType: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let float = ElementType(rawValue: 1)
    package static let uint8 = ElementType(rawValue: 2)
    package static let int64 = ElementType(rawValue: 7)
    package static let string = ElementType(rawValue: 8)
    package static let float16 = ElementType(rawValue: 10)
    package static let double = ElementType(rawValue: 11)
    package static let int4 = ElementType(rawValue: 22)

    // Row n is type n of onnx.proto: its name, and how many bits an element takes (0: it varies).
    // <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>
    private static let table: [(name: String, bits: Int)] = [
        ("undefined", 0), ("float", 32), ("uint8", 8), ("int8", 8), ("uint16", 16), ("int16", 16), ("int32", 32),
        ("int64", 64), ("string", 0), ("bool", 8), ("float16", 16), ("double", 64), ("uint32", 32), ("uint64", 64),
        ("complex64", 64), ("complex128", 128), ("bfloat16", 16), ("float8e4m3fn", 8), ("float8e4m3fnuz", 8),
        ("float8e5m2", 8), ("float8e5m2fnuz", 8), ("uint4", 4), ("int4", 4), ("float4e2m1", 4), ("float8e8m0", 8),
        ("uint2", 2), ("int2", 2),
    ]

    private var row: (name: String, bits: Int)? {
        let index = Int(rawValue)
        return Self.table.indices.contains(index) ? Self.table[index] : nil
    }

    /// How many bits one element takes in memory; nil for strings and for types this table does not know.
    package var bitWidth: Int? {
        guard let bits = row?.bits, bits > 0 else { return nil }
        return bits
    }
}

extension ElementType: CustomStringConvertible {
    package var description: String { row?.name ?? "type \(rawValue)" }
}
