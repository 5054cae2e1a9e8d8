package import Core
internal import JSON

/// What a model's `metadata.json` says of it (A12). Every field is optional; what the graph contradicts is refused.
package struct ModelMetadata: Hashable, Sendable {
    package var name: String?
    package var version: String?
    package var inputShape: [Int]?
    package var classes: [String]?
    package var features: [String]?
    package var threshold: Double?
    package var tensorMin: Double?
    package var tensorMax: Double?
    package var batchRowsMax: Int?
    package var batchDelayMicroseconds: Int?

    package init() {}

    package init(parsing text: [UInt8], file: String) throws(Fault) {
        let document = JSONDocument()
        let root = try document.parse(text, named: file)
        guard root.kind == .object else { throw Fault(.invalid, "\(file) must hold a JSON object") }
        let reader = Reader(root: root, file: file)
        name = try reader.text("model_name")
        version = try reader.text("model_version")
        inputShape = try reader.shape("input_shape")
        classes = try reader.texts("output_classes")
        features = try reader.texts("feature_names")
        threshold = try reader.number("threshold")
        tensorMin = try reader.number("tensor_min")
        tensorMax = try reader.number("tensor_max")
        if let batching = root["batching"] {
            batchRowsMax = batching["max_batch_size"]?.int
            batchDelayMicroseconds = batching["max_delay_us"]?.int
        }
        if let threshold, !(0...1).contains(threshold) {
            throw Fault(.invalid, "threshold \(threshold) in \(file) is not between 0 and 1")
        }
        if let low = tensorMin, let high = tensorMax, !(low < high) {
            throw Fault(.invalid, "tensor_min \(low) in \(file) is not below tensor_max \(high)")
        }
    }

    /// Fields of a kind, or a fault that names the field.
    private struct Reader {
        let root: JSONNode
        let file: String

        private func present(_ key: StaticString) -> JSONNode? { root[key].flatMap { $0.isNull ? nil : $0 } }

        private func wrong(_ key: StaticString, _ kind: String) -> Fault {
            Fault(.invalid, "\(key) in \(file) must be \(kind)")
        }

        func text(_ key: StaticString) throws(Fault) -> String? {
            guard let node = present(key) else { return nil }
            guard let text = node.string else { throw wrong(key, "a string") }
            return text
        }

        func number(_ key: StaticString) throws(Fault) -> Double? {
            guard let node = present(key) else { return nil }
            guard let number = node.double, number.isFinite else { throw wrong(key, "a number") }
            return number
        }

        func texts(_ key: StaticString) throws(Fault) -> [String]? {
            guard let node = present(key) else { return nil }
            guard let list = node.stringList else { throw wrong(key, "an array of strings") }
            return list
        }

        func shape(_ key: StaticString) throws(Fault) -> [Int]? {
            guard let node = present(key) else { return nil }
            guard let list = node.ints, !list.isEmpty else { throw wrong(key, "an array of whole numbers") }
            return list
        }
    }

    /// Refuses metadata that say something else than the graph, naming both.
    package func check(against signature: ModelSignature, model: String) throws(Fault) {
        if let inputShape, let input = signature.inputs.first {
            let agrees =
                inputShape.count == input.shape.count
                && zip(inputShape, input.shape).allSatisfy { $0 < 0 || $1 < 0 || $0 == $1 }
            guard agrees else {
                throw Fault(
                    .model,
                    "metadata of \(model) say input_shape \(inputShape), and the graph's input '\(input.name)' has \(input.shape)",
                    hint: "correct the metadata or serve the model they were written for")
            }
        }
        if let features, let side = signature.inputs.first?.shape.last, side >= 0, features.count != side {
            throw Fault(
                .model, "metadata of \(model) name \(features.count) features, and the graph's input has \(side)")
        }
        if let classes, let side = classSide(signature), side != classes.count {
            throw Fault(
                .model, "metadata of \(model) name \(classes.count) output_classes, and the graph's output has \(side)")
        }
    }

    /// The number of classes that the graph fixes; a single score may stand for two classes.
    private func classSide(_ signature: ModelSignature) -> Int? {
        let scores = signature.outputs.first { $0.type == .float32 && $0.shape.count == 2 }
        guard let side = scores?.shape.last, side > 1 else { return nil }
        return side
    }
}
