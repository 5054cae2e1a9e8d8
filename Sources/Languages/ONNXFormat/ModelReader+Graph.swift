extension ModelReader {
    /// GraphProto. Only the outermost graph has the model's inputs and outputs; all have nodes and initializers.
    mutating func readGraph(
        _ message: WireCursor, in bytes: Span<UInt8>, isOutermost: Bool
    ) throws(ONNXFormatError) {
        var cursor = message
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: try readNode(field.message("node"), in: bytes)
            case 2 where isOutermost: model.graphName = try field.text("name", in: bytes)
            case 5:
                let tensor = try readTensor(field.message("initializer"), in: bytes)
                try count(tensor, at: field.offset)
                if isOutermost { initializerNames.insert(tensor.name) }
            case 11 where isOutermost: model.inputs.append(try readValue(field.message("input"), in: bytes))
            case 12 where isOutermost: model.outputs.append(try readValue(field.message("output"), in: bytes))
            case 15:
                let tensor = try readSparseTensor(field.message("sparse_initializer"), in: bytes)
                try count(tensor, at: field.offset)
                if isOutermost { initializerNames.insert(tensor.name) }
            default: break
            }
        }
    }

    /// NodeProto
    mutating func readNode(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) {
        var cursor = message
        var type = ""
        var domain = ""
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 4: type = try field.text("op_type", in: bytes)
            case 5: try readAttribute(field.message("attribute"), in: bytes)
            case 7: domain = try field.text("domain", in: bytes)
            default: break
            }
        }
        model.operators[OperatorName(type, domain: domain), default: 0] += 1
    }

    /// AttributeProto: of interest for the graphs (the branches of `If`, the body of `Loop`) and tensors it may hold.
    mutating func readAttribute(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) {
        var cursor = message
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 5, 10: _ = try readTensor(field.message("tensor"), in: bytes)
            case 6, 11: try readGraph(field.message("graph"), in: bytes, isOutermost: false)
            case 22, 23: _ = try readSparseTensor(field.message("sparse_tensor"), in: bytes)
            default: break
            }
        }
    }

    private mutating func count(_ tensor: TensorSummary, at offset: Int) throws(ONNXFormatError) {
        let old = model.initializerBytes[tensor.elementType] ?? 0
        let (parameters, tooMany) = model.parameterCount.addingReportingOverflow(tensor.elementCount)
        let (size, tooLarge) = old.addingReportingOverflow(tensor.byteCount)
        guard !tooMany, !tooLarge else {
            throw ONNXFormatError(.limit, at: offset, "the initializers together have more elements than 64 bits count")
        }
        model.parameterCount = parameters
        model.initializerBytes[tensor.elementType] = size
    }
}
