/// Walks a model and gathers a `ModelFile`. Each function reads one kind of message of onnx.proto, whose field
/// numbers stand in its cases; a field that is not asked for is stepped over.
struct ModelReader {
    var model = ModelFile()
    /// Initializers of the outermost graph: their names are no inputs, though older files list them there.
    var initializerNames: Set<String> = []
    var externalFiles: Set<String> = []
    private var hasGraph = false

    /// ModelProto
    mutating func readModel(_ bytes: Span<UInt8>) throws(ONNXFormatError) {
        var cursor = WireCursor(over: 0..<bytes.count, depth: 0)
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: model.irVersion = Int(try field.integer("ir_version"))
            case 2: model.producerName = try field.text("producer_name", in: bytes)
            case 3: model.producerVersion = try field.text("producer_version", in: bytes)
            case 4: model.domain = try field.text("domain", in: bytes)
            case 5: model.modelVersion = Int(try field.integer("model_version"))
            case 7:
                hasGraph = true
                try readGraph(field.message("graph"), in: bytes, isOutermost: true)
            case 8: try readOpset(field.message("opset_import"), in: bytes)
            case 14:
                let entry = try readEntry(field.message("metadata_props"), in: bytes)
                model.metadata[entry.key] = entry.value
            case 25: try readFunction(field.message("functions"), in: bytes)
            default: break
            }
        }
    }

    /// What was gathered, when it amounts to a model.
    consuming func finish(at end: Int) throws(ONNXFormatError) -> ModelFile {
        guard model.irVersion > 0 else {
            throw ONNXFormatError(.missing, at: end, "there is no ir_version, which every ONNX model has")
        }
        guard hasGraph else {
            throw ONNXFormatError(.missing, at: end, "there is no graph, which every ONNX model has")
        }
        model.inputs.removeAll { initializerNames.contains($0.name) }
        model.externalFiles = externalFiles.sorted()
        return model
    }

    /// OperatorSetIdProto
    private mutating func readOpset(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) {
        var cursor = message
        var domain = ""
        var version: Int64 = 0
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: domain = try field.text("domain", in: bytes)
            case 2: version = try field.integer("version")
            default: break
            }
        }
        let key = domain.isEmpty ? OperatorName.defaultDomain : domain
        model.opsets[key] = max(model.opsets[key] ?? 0, Int(version))
    }

    /// FunctionProto: an operator that the model itself defines.
    private mutating func readFunction(_ message: WireCursor, in bytes: Span<UInt8>) throws(ONNXFormatError) {
        var cursor = message
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 7: try readNode(field.message("node"), in: bytes)
            case 9: try readOpset(field.message("opset_import"), in: bytes)
            case 11: try readAttribute(field.message("attribute_proto"), in: bytes)
            default: break
            }
        }
    }

    /// StringStringEntryProto
    func readEntry(
        _ message: WireCursor, in bytes: Span<UInt8>
    ) throws(ONNXFormatError) -> (key: String, value: String) {
        var cursor = message
        var entry = (key: "", value: "")
        while let field = try cursor.next(in: bytes) {
            switch field.number {
            case 1: entry.key = try field.text("key", in: bytes)
            case 2: entry.value = try field.text("value", in: bytes)
            default: break
            }
        }
        return entry
    }
}
