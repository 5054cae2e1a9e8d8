internal import Core
internal import EngineKeeping
internal import InferenceProtocol
internal import JSON
internal import Link

/// Writes `{"predictions": [...]}`: for a classifier the recipe's five fields, otherwise the rows of the first output.
struct PredictionWriter {
    let slot: Slot
    let engine: EngineHandle
    let terms: ContainerDoor.Terms

    func write(to buffer: ByteBuffer) {
        var json = JSONWriter(buffer)
        json.beginObject()
        json.key("predictions")
        json.beginArray()
        let outputs = (0..<slot.outputCount).map { slot.output($0) }
        let labels = outputs.first { $0.type == .int64 && $0.elementCount == terms.rows }
        let scores = outputs.first { $0.type == .float32 && $0.rank == 2 && $0.dimension(0) == terms.rows }
        if let labels, let scores {
            classes(labels, scores, &json)
        } else if let first = outputs.first {
            rows(first, &json)
        }
        json.endArray()
        json.endObject()
    }

    private func classes(_ labels: SlotTensor, _ scores: SlotTensor, _ json: inout JSONWriter) {
        guard let floats = unsafe scores.floats else { return }
        let columns = scores.dimension(1)
        let names = classNames(columns)
        for row in 0..<terms.rows {
            let label = unsafe Int(labels.bytes.loadUnaligned(fromByteOffset: row * 8, as: Int64.self))
            let line = unsafe UnsafeMutableBufferPointer(rebasing: floats[(row * columns)..<((row + 1) * columns)])
            json.beginObject()
            json.key("predicted_class")
            json.string(names.indices.contains(label) ? names[label] : "\(label)")
            json.key("predicted_class_index")
            json.int(label)
            json.key("confidence")
            unsafe json.float(line.max() ?? 0)
            json.key("probabilities")
            json.beginObject()
            for column in 0..<columns {
                json.key(names[column])
                unsafe json.float(line[column])
            }
            json.endObject()
            features(row, &json)
            json.endObject()
        }
    }

    private func classNames(_ count: Int) -> [String] {
        if let names = engine.metadata.classes, names.count == count { return names }
        return (0..<count).map { "class_\($0)" }
    }

    private func features(_ row: Int, _ json: inout JSONWriter) {
        json.key("input_features")
        json.beginObject()
        let names = engine.metadata.features ?? []
        for place in 0..<terms.features {
            json.key(place < names.count ? names[place] : "feature_\(place)")
            json.double(terms.values[row * terms.features + place])
        }
        json.endObject()
    }

    private func rows(_ tensor: SlotTensor, _ json: inout JSONWriter) {
        guard let type = tensor.type else { return }
        let shape = tensor.shape
        let side = shape.dropFirst().reduce(1, *)
        let bytes = unsafe UnsafeRawBufferPointer(tensor.bytes)
        guard let stride = type.stride, shape.count > 1 else {
            return unsafe TensorValues(AnswerTensor(name: "", type: type, shape: shape, bytes: bytes)).write(to: &json)
        }
        for row in 0..<(shape.first ?? 0) {
            let part = unsafe UnsafeRawBufferPointer(
                rebasing: bytes[(row * side * stride)..<((row + 1) * side * stride)])
            json.beginArray()
            unsafe TensorValues(AnswerTensor(name: "", type: type, shape: [side], bytes: part)).write(to: &json)
            json.endArray()
        }
    }
}
