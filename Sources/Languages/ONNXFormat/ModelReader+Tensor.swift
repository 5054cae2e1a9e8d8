/// What counts about a tensor when its values do not.
struct TensorSummary {
    var name = ""
    var elementType = ElementType(rawValue: 0)
    var elementCount = 0
    var byteCount = 0
}

/// Multiplies the extents of a tensor as they arrive, and knows when the product no longer means anything.
private struct ExtentProduct {
    private var product = 1
    private var overflowed = false
    private var hasZero = false

    mutating func multiply(by extent: Int64, at offset: Int) throws(ONNXFormatError) {
        guard extent >= 0 else {
            throw ONNXFormatError(.malformed, at: offset, "a tensor has the negative extent \(extent)")
        }
        hasZero = hasZero || extent == 0
        let (next, overflow) = product.multipliedReportingOverflow(by: Int(extent))
        overflowed = overflowed || overflow
        product = next
    }

    func elementCount(at offset: Int) throws(ONNXFormatError) -> Int {
        if hasZero { return 0 }
        guard !overflowed else {
            throw ONNXFormatError(.limit, at: offset, "a tensor has more elements than 64 bits count")
        }
        return product
    }
}

extension ModelReader {
    /// TensorProto. The payload, in whichever field it stands, is stepped over.
    mutating func readTensor(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) -> TensorSummary {
        var cursor = message
        var tensor = TensorSummary()
        var extents = ExtentProduct()
        var stringBytes = 0
        var location: String?
        var isExternal = false
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: try readExtents(field, in: bytes, into: &extents)
            case 2: tensor.elementType = try field.elementType("data_type")
            case 6: stringBytes += try field.range("string_data").count
            case 8: tensor.name = try field.text("name", in: bytes)
            case 13:
                let entry = try readEntry(field.message("external_data"), in: bytes)
                if entry.key == "location" { location = entry.value }
            case 14: isExternal = try field.integer("data_location") == 1
            default: break
            }
        }
        if isExternal { try noteExternal(location, of: tensor.name, at: message.start) }
        tensor.elementCount = try extents.elementCount(at: message.start)
        tensor.byteCount = try byteCount(of: tensor, stringBytes: stringBytes, at: message.start)
        return tensor
    }

    /// SparseTensorProto: its values tensor carries the name, and the values are what is stored.
    mutating func readSparseTensor(
        _ message: WireCursor, in bytes: Span<UInt8>
    ) throws(ONNXFormatError) -> TensorSummary {
        var cursor = message
        var values = TensorSummary()
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: values = try readTensor(field.message("values"), in: bytes)
            case 2: _ = try readTensor(field.message("indices"), in: bytes)
            default: break
            }
        }
        return values
    }

    /// `dims` comes one number a field, or packed into one.
    private func readExtents(
        _ field: WireField, in bytes: Span<UInt8>, into extents: inout ExtentProduct
    ) throws(ONNXFormatError) {
        guard case .bytes(let range) = field.value else {
            return try extents.multiply(by: field.integer("dims"), at: field.offset)
        }
        var packed = WireCursor(over: range, depth: field.depth)
        while let extent = try packed.nextPacked(in: bytes) {
            try extents.multiply(by: extent, at: field.offset)
        }
    }

    private mutating func noteExternal(
        _ location: String?, of name: String, at offset: Int
    ) throws(ONNXFormatError) {
        guard let location, !location.isEmpty else {
            throw ONNXFormatError(
                .malformed, at: offset, "tensor \"\(name)\" is stored outside the model but names no file")
        }
        externalFiles.insert(location)
    }

    private func byteCount(
        of tensor: TensorSummary, stringBytes: Int, at offset: Int
    ) throws(ONNXFormatError) -> Int {
        if tensor.elementType == .string { return stringBytes }
        guard let width = tensor.elementType.bitWidth else { return 0 }
        let (bits, overflow) = tensor.elementCount.multipliedReportingOverflow(by: width)
        guard !overflow else {
            throw ONNXFormatError(.limit, at: offset, "a tensor has more bits than 64 bits count")
        }
        // Elements of less than a byte are packed, and the last byte is padded.
        return bits / 8 + (bits % 8 == 0 ? 0 : 1)
    }
}
