/// Just enough of a protobuf writer to build models by hand: each function gives the bytes of one field.
enum Proto {
    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func tag(_ field: Int, type: Int) -> [UInt8] { varint(UInt64(field << 3 | type)) }

    static func number(_ field: Int, _ value: Int) -> [UInt8] {
        tag(field, type: 0) + varint(UInt64(bitPattern: Int64(value)))
    }

    static func bytes(_ field: Int, _ payload: [UInt8]) -> [UInt8] {
        tag(field, type: 2) + varint(UInt64(payload.count)) + payload
    }

    static func text(_ field: Int, _ text: String) -> [UInt8] { bytes(field, Array(text.utf8)) }

    static func message(_ field: Int, _ fields: [UInt8]...) -> [UInt8] { bytes(field, fields.flatMap { $0 }) }
}

/// Pieces of a model with defaults, so that whatever a test states is the point of the test.
enum Sample {
    static func model(ir: Int = 8, opset: Int = 17, graph: [UInt8] = [], more: [UInt8] = []) -> [UInt8] {
        Proto.number(1, ir) + Proto.bytes(7, graph) + Proto.message(8, Proto.number(2, opset)) + more
    }

    static func node(_ type: String, domain: String? = nil, attributes: [UInt8] = []) -> [UInt8] {
        Proto.message(
            1, Proto.text(1, "x"), Proto.text(2, "y"), Proto.text(4, type), attributes,
            domain.map { Proto.text(7, $0) } ?? [])
    }

    /// The fields of a TensorProto, without its tag.
    static func tensor(_ name: String = "w", type: Int = 1, dims: [Int] = [2, 3], more: [UInt8] = []) -> [UInt8] {
        dims.flatMap { Proto.number(1, $0) } + Proto.number(2, type) + Proto.text(8, name) + more
    }

    static func initializer(
        _ name: String = "w", type: Int = 1, dims: [Int] = [2, 3], more: [UInt8] = []
    ) -> [UInt8] {
        Proto.bytes(5, tensor(name, type: type, dims: dims, more: more))
    }

    static func external(_ location: String?) -> [UInt8] {
        let entry = location.map { Proto.message(13, Proto.text(1, "location"), Proto.text(2, $0)) } ?? []
        return entry + Proto.number(14, 1)
    }

    /// A graph input; `dims` holds the bytes of each Dimension.
    static func input(_ name: String, type: Int = 1, dims: [[UInt8]]? = []) -> [UInt8] {
        Proto.message(11, Proto.text(1, name), Proto.bytes(2, tensorType(type, dims: dims)))
    }

    static func tensorType(_ type: Int, dims: [[UInt8]]?) -> [UInt8] {
        let shape = dims.map { dims in Proto.bytes(2, dims.flatMap { Proto.bytes(1, $0) }) } ?? []
        return Proto.message(1, Proto.number(1, type), shape)
    }

    /// A model with one of everything that the reader looks at.
    static let rich: [UInt8] = {
        let branch = node("Mul") + initializer("inner", type: 7, dims: [4])
        let condition = node("If", attributes: Proto.message(5, Proto.text(1, "then_branch"), Proto.bytes(6, branch)))
        let sparse = Proto.message(
            15, Proto.bytes(1, tensor("s", dims: [5])), Proto.bytes(2, tensor("", type: 7, dims: [5])),
            Proto.number(3, 100))
        let graph =
            node("Conv") + node("Conv") + condition + node("FusedConv", domain: "com.microsoft")
            + Proto.text(2, "main_graph") + initializer("w", more: Proto.bytes(9, [UInt8](repeating: 7, count: 24)))
            + initializer("far", type: 10, dims: [8], more: external("weights.bin")) + sparse
            + input("x", dims: [Proto.text(2, "batch"), Proto.number(1, 3), []]) + input("w")
            + Proto.message(12, Proto.text(1, "y"), Proto.bytes(2, tensorType(1, dims: nil)))
        return Proto.text(2, "pytorch") + Proto.text(3, "2.4.0") + Proto.text(4, "ai.example") + Proto.number(5, 3)
            + model(graph: graph, more: Proto.message(8, Proto.text(1, "com.microsoft"), Proto.number(2, 1)))
            + Proto.message(14, Proto.text(1, "author"), Proto.text(2, "line 4"))
            + Proto.message(25, Proto.text(1, "Local"), Proto.bytes(7, Array(node("Add").dropFirst(2))))
    }()
}
