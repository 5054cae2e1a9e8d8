package import Core
package import JSON

/// A request of the Open Inference Protocol, as far as its JSON says.
package struct TensorRequest {
    package struct Input {
        package let name: String
        package let type: ElementType
        package let shape: [Int]
        package let source: Source
    }

    package enum Source {
        case json(JSONNode)
        /// Bytes of the request's body, counted from its start.
        case binary(Range<Int>)
    }

    package struct Output {
        package let name: String
        package let isBinary: Bool
        /// The number of best classes wanted instead of the tensor.
        package let classes: Int?
    }

    package let id: String?
    package let inputs: [Input]
    package let outputs: [Output]
    /// Answer outputs that nobody named as binary.
    package let prefersBinary: Bool
    package let timeoutMicroseconds: Int?

    /// Reads the JSON part; `binary` is where the body's raw tensors lie.
    package init(_ root: JSONNode, binary: Range<Int>) throws(Fault) {
        guard root.kind == .object else { throw Fault(.invalid, "the request must be a JSON object") }
        id = try Self.text(root["id"], "id")
        let parameters = root["parameters"]
        prefersBinary = parameters?["binary_data_output"]?.bool ?? false
        timeoutMicroseconds = parameters?["timeout"]?.int
        guard let list = root["inputs"], let count = list.count, count > 0 else {
            throw Fault(.invalid, "the request needs a non-empty array \"inputs\"")
        }
        var inputs: [Input] = []
        var place = binary.lowerBound
        try list.forEachElement { node throws(Fault) in
            inputs.append(try Self.input(node, &place, binary.upperBound))
        }
        guard inputs.count == count else { throw Fault(.invalid, "every input must be a JSON object") }
        guard place == binary.upperBound else {
            throw Fault(.invalid, "the body has \(binary.upperBound - place) bytes that belong to no input")
        }
        self.inputs = inputs
        outputs = try Self.outputs(root["outputs"], prefersBinary)
    }

    /// A whole body that is one raw tensor, with no JSON at all.
    package init(raw body: Range<Int>, for port: Port) throws(Fault) {
        guard let stride = port.type.stride else {
            throw Fault(.invalid, "input '\(port.name)' holds strings and cannot come as raw bytes")
        }
        let fixed = port.elementCount * stride
        let free = port.shape.filter { $0 < 0 }.count
        guard free <= 1, fixed > 0, body.count % fixed == 0, free == 1 || body.count == fixed else {
            throw Fault(.invalid, "\(body.count) raw bytes do not make up input '\(port.name)' of shape \(port.shape)")
        }
        id = nil
        outputs = []
        prefersBinary = true
        timeoutMicroseconds = nil
        inputs = [
            Input(
                name: port.name, type: port.type, shape: port.shape.map { $0 < 0 ? body.count / fixed : $0 },
                source: .binary(body))
        ]
    }

    private static func text(_ node: JSONNode?, _ name: String) throws(Fault) -> String? {
        guard let node, !node.isNull else { return nil }
        guard let text = node.string else { throw Fault(.invalid, "\"\(name)\" must be a string") }
        return text
    }

    private static func input(_ node: JSONNode, _ place: inout Int, _ end: Int) throws(Fault) -> Input {
        guard let name = node["name"]?.string else { throw Fault(.invalid, "every input needs a \"name\"") }
        guard let word = node["datatype"]?.string else { throw Fault(.invalid, "input '\(name)' needs a \"datatype\"") }
        guard let type = ElementType(named: word) else {
            throw Fault(
                .invalid, "invalid datatype '\(word)' for input '\(name)'",
                hint: "there are FP32, INT64, BYTES and others")
        }
        guard let shape = node["shape"]?.ints, shape.allSatisfy({ $0 >= 0 }) else {
            throw Fault(.invalid, "input '\(name)' needs a \"shape\" of whole numbers")
        }
        try refuseSharedMemory(node, name)
        if let size = node["parameters"]?["binary_data_size"] {
            guard let count = size.int, count >= 0 else {
                throw Fault(.invalid, "binary_data_size of input '\(name)' must be a whole number")
            }
            guard count <= end - place else {
                throw Fault(.invalid, "input '\(name)' says \(count) binary bytes and the body has \(end - place) left")
            }
            defer { place += count }
            return Input(name: name, type: type, shape: shape, source: .binary(place..<(place + count)))
        }
        guard let data = node["data"], data.kind == .array else {
            throw Fault(.invalid, "input '\(name)' needs \"data\" or the parameter binary_data_size")
        }
        return Input(name: name, type: type, shape: shape, source: .json(data))
    }

    private static func refuseSharedMemory(_ node: JSONNode, _ name: String) throws(Fault) {
        guard node["parameters"]?["shared_memory_region"] != nil else { return }
        throw Fault(
            .invalid, "'\(name)' names a shared memory region: that extension is not offered",
            hint: "send the tensor as binary data")
    }

    private static func outputs(_ list: JSONNode?, _ prefersBinary: Bool) throws(Fault) -> [Output] {
        guard let list, !list.isNull else { return [] }
        guard list.kind == .array else { throw Fault(.invalid, "\"outputs\" must be an array") }
        var outputs: [Output] = []
        try list.forEachElement { node throws(Fault) in
            guard let name = node["name"]?.string else { throw Fault(.invalid, "every output needs a \"name\"") }
            let parameters = node["parameters"]
            try refuseSharedMemory(node, name)
            let classes = parameters?["classification"]?.int
            outputs.append(
                Output(
                    name: name, isBinary: parameters?["binary_data"]?.bool ?? prefersBinary,
                    classes: classes.flatMap { $0 > 0 ? $0 : nil }))
        }
        return outputs
    }
}
