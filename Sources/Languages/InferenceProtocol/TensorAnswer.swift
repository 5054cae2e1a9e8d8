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

    package init(
        name: String, type: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer, isBinary: Bool = false,
        classes: Int? = nil,
        labels: [String] = []
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        unsafe self.bytes = unsafe bytes
        self.isBinary = isBinary
        self.classes = classes
        self.labels = labels
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

/// The best classes of each row, in Triton's form "score:index:label".
struct RankedClasses {
    let shape: [Int]
    let texts: [String]
    var byteCount: Int { texts.reduce(0) { $0 + 4 + $1.utf8.count } }

    init(_ tensor: AnswerTensor) {
        let columns = max(1, tensor.shape.last ?? 1)
        let rows = tensor.elementCount / columns
        let best = min(tensor.classes ?? 1, columns)
        let scores = TensorValues(tensor).doubles
        var texts: [String] = []
        for row in 0..<rows {
            let line = scores[(row * columns)..<((row + 1) * columns)]
            let order = line.indices.sorted { line[$0] == line[$1] ? $0 < $1 : line[$0] > line[$1] }
            for index in order.prefix(best) {
                let column = index - row * columns
                let label = column < tensor.labels.count ? ":" + tensor.labels[column] : ""
                texts.append("\(Self.sixDecimals(line[index])):\(column)\(label)")
            }
        }
        self.texts = texts
        shape = tensor.shape.dropLast() + [best]
    }

    /// As C's "%f" prints.
    private static func sixDecimals(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let scaled = (abs(value) * 1e6).rounded()
        let whole = UInt64(scaled / 1e6)
        let rest = String(UInt64(scaled) - whole * 1_000_000)
        return (value < 0 ? "-" : "") + "\(whole)." + String(repeating: "0", count: 6 - rest.count) + rest
    }

    func append(to buffer: ByteBuffer) {
        for text in texts {
            let length = UInt32(text.utf8.count).littleEndian
            unsafe withUnsafeBytes(of: length) { unsafe buffer.append($0) }
            buffer.append(text)
        }
    }
}
