package import Core
internal import JSON

/// One tensor of an answer, lent: its name, type and shape, and its bytes as the runtime left them.
@safe package struct AnswerTensor {
    package let name: String
    package let type: ElementType
    package let shape: [Int]
    package let bytes: UnsafeRawBufferPointer
    package let isBinary: Bool
    package let classes: Int?
    package let labels: [String]
    /// The first axis counts the rows of a batch, each with a ranking of its own.
    package let isBatched: Bool

    package init(
        name: String, type: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer, isBinary: Bool = false,
        classes: Int? = nil, labels: [String] = [], isBatched: Bool = false
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        unsafe self.bytes = unsafe bytes
        self.isBinary = isBinary
        self.classes = classes
        self.labels = labels
        self.isBatched = isBatched
    }

    package var elementCount: Int { shape.reduce(1, *) }
}

/// Writes an answer of the Open Inference Protocol: JSON, then the raw bytes of binary outputs.
package struct TensorAnswer {
    package let model: String
    package let version: String
    package let id: String?
    package let tensors: [AnswerTensor]

    package init(model: String, version: String, id: String?, tensors: [AnswerTensor]) {
        self.model = model
        self.version = version
        self.id = id
        self.tensors = tensors
    }

    /// Refuses strings that JSON cannot carry: it knows only text.
    package func checkText() throws(Fault) {
        for tensor in tensors where tensor.type == .string && !tensor.isBinary && tensor.classes == nil {
            try TensorValues(tensor).checkText()
        }
    }

    /// The length of the JSON part when raw bytes follow it.
    package func write(to buffer: ByteBuffer) -> Int? {
        let start = buffer.count
        var json = JSONWriter(buffer)
        json.beginObject()
        if let id { json.key("id"); json.string(id) }
        json.key("model_name")
        json.string(model)
        json.key("model_version")
        json.string(version)
        json.key("outputs")
        json.beginArray()
        let ranked = tensors.map { $0.classes == nil ? nil : RankedClasses($0) }
        for (place, tensor) in tensors.enumerated() { write(tensor, ranked[place], &json) }
        json.endArray()
        json.endObject()
        guard tensors.contains(where: \.isBinary) else { return nil }
        let length = buffer.count - start
        for (place, tensor) in tensors.enumerated() where tensor.isBinary {
            if let classes = ranked[place] { classes.append(to: buffer) } else { unsafe buffer.append(tensor.bytes) }
        }
        return length
    }

    private func write(_ tensor: AnswerTensor, _ ranked: RankedClasses?, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(tensor.name)
        json.key("datatype")
        json.string(ranked == nil ? tensor.type.name : ElementType.string.name)
        json.key("shape")
        json.beginArray()
        for side in ranked?.shape ?? tensor.shape { json.int(side) }
        json.endArray()
        if tensor.isBinary {
            json.key("parameters")
            json.beginObject()
            json.key("binary_data_size")
            unsafe json.int(ranked?.byteCount ?? tensor.bytes.count)
            json.endObject()
        } else {
            json.key("data")
            json.beginArray()
            if let ranked {
                for text in ranked.texts { json.string(text) }
            } else {
                TensorValues(tensor).write(to: &json)
            }
            json.endArray()
        }
        json.endObject()
    }
}
