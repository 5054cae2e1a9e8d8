extension ModelReader {
    /// ValueInfoProto
    func readValue(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) -> ModelValue {
        var cursor = message
        var name = ""
        var type = ValueType.unknown
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: name = try field.text("name", in: bytes)
            case 2: type = try readType(field.message("type"), in: bytes)
            default: break
            }
        }
        return ModelValue(name: name, type: type)
    }

    /// TypeProto
    private func readType(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) -> ValueType {
        var cursor = message
        var type = ValueType.unknown
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1:
                let (element, shape) = try readTensorType(field.message("tensor_type"), in: bytes)
                type = .tensor(element, shape: shape)
            case 4: type = .sequence(try readElementType(field.message("sequence_type"), in: bytes))
            case 5: type = try readMapType(field.message("map_type"), in: bytes)
            case 7: type = .opaque
            case 8:
                let (element, shape) = try readTensorType(field.message("sparse_tensor_type"), in: bytes)
                type = .sparseTensor(element, shape: shape)
            case 9: type = .optional(try readElementType(field.message("optional_type"), in: bytes))
            default: break
            }
        }
        return type
    }

    /// TypeProto.Tensor and TypeProto.SparseTensor
    private func readTensorType(
        _ message: WireCursor, in bytes: Span<UInt8>
    ) throws(ONNXFormatError) -> (ElementType, [Dimension]?) {
        var cursor = message
        var element = ElementType(rawValue: 0)
        var shape: [Dimension]?
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: element = try field.elementType("elem_type")
            case 2: shape = try readShape(field.message("shape"), in: bytes)
            default: break
            }
        }
        return (element, shape)
    }

    /// TypeProto.Sequence and TypeProto.Optional
    private func readElementType(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) -> ValueType {
        var cursor = message
        var element = ValueType.unknown
        while let field = try cursor.next(in: bytes) {
            guard field.number == 1 else { continue }
            element = try readType(field.message("elem_type"), in: bytes)
        }
        return element
    }

    /// TypeProto.Map
    private func readMapType(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) -> ValueType {
        var cursor = message
        var key = ElementType(rawValue: 0)
        var value = ValueType.unknown
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: key = try field.elementType("key_type")
            case 2: value = try readType(field.message("value_type"), in: bytes)
            default: break
            }
        }
        return .map(key: key, value: value)
    }

    /// TensorShapeProto
    private func readShape(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) -> [Dimension] {
        var cursor = message
        var shape: [Dimension] = []
        while let field = try cursor.next(in: bytes) {
            guard field.number == 1 else { continue }
            shape.append(try readDimension(field.message("dim"), in: bytes))
        }
        return shape
    }

    /// TensorShapeProto.Dimension. Some exporters write -1 or an empty name for "any".
    private func readDimension(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) -> Dimension {
        var cursor = message
        var dimension = Dimension.unknown
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1:
                let extent = Int(try field.integer("dim_value"))
                dimension = extent < 0 ? .unknown : .fixed(extent)
            case 2:
                let name = try field.text("dim_param", in: bytes)
                dimension = name.isEmpty ? .unknown : .symbolic(name)
            default: break
            }
        }
        return dimension
    }
}
