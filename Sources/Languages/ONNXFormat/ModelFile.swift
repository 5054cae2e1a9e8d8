/// What an ONNX file says about itself, read from its bytes alone: no ONNX Runtime, and no tensor is ever copied.
///
/// A file of hundreds of megabytes costs as much as its graph: payloads are stepped over by their length. Bytes
/// that are not a sound model end in an `ONNXFormatError` with the offset, whatever they are.
package struct ModelFile: Hashable, Sendable {
    package internal(set) var irVersion = 0
    package internal(set) var producerName = ""
    package internal(set) var producerVersion = ""
    package internal(set) var domain = ""
    package internal(set) var modelVersion = 0
    package internal(set) var graphName = ""
    /// The operator sets the model imports: domain (`ai.onnx` for ONNX's own) to version.
    package internal(set) var opsets: [String: Int] = [:]
    /// What a caller must provide: the graph's inputs without those that an initializer fills.
    package internal(set) var inputs: [ModelValue] = []
    package internal(set) var outputs: [ModelValue] = []
    /// How often each operator stands in the graph, its subgraphs and the bodies of the model's own functions.
    package internal(set) var operators: [OperatorName: Int] = [:]
    /// Elements of all initializers; of a sparse one, the values that are stored.
    package internal(set) var parameterCount = 0
    /// Bytes that the initializers take in memory, by element type, wherever they are stored.
    package internal(set) var initializerBytes: [ElementType: Int] = [:]
    /// Files beside the model that hold tensors, as the model spells them, sorted. They may point anywhere: check.
    package internal(set) var externalFiles: [String] = []
    package internal(set) var metadata: [String: String] = [:]

    init() {}

    /// Reads a model that is in memory as an array.
    package init(parsing bytes: [UInt8]) throws(ONNXFormatError) {
        try self.init(parsing: bytes.span)
    }

    /// Reads a model where it lies, as in a mapped file: `unsafe UnsafeBufferPointer(start: base, count: size).span`.
    package init(parsing bytes: Span<UInt8>) throws(ONNXFormatError) {
        do throws(ONNXFormatError) {
            var reader = ModelReader()
            try reader.readModel(bytes)
            self = try reader.finish(at: bytes.count)
        } catch {
            throw Stranger.explain(error, bytes: bytes)
        }
    }
}
