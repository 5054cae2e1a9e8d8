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
        if let table = ClassTable(outputs, rows: terms.rows, names: engine.metadata.classes) {
            classes(table, &json)
        } else if let first = outputs.first {
            rows(first, &json)
        }
        json.endArray()
        json.endObject()
    }

    private func classes(_ table: ClassTable, _ json: inout JSONWriter) {
        for row in 0..<terms.rows {
            let best = table.best(of: row)
            json.beginObject()
            json.key("predicted_class")
            json.string(table.names[best])
            json.key("predicted_class_index")
            json.int(best)
            json.key("confidence")
            json.float(table.probability(row, best))
            json.key("probabilities")
            json.beginObject()
            for column in table.names.indices {
                json.key(table.names[column])
                json.float(table.probability(row, column))
            }
            json.endObject()
            features(row, &json)
            json.endObject()
        }
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
