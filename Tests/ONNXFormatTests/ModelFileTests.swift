import ONNXFormat
import Testing

/// What sound models say about themselves.
@Suite struct ModelFileTests {
    private func read(graph: [UInt8]) throws -> ModelFile {
        try ModelFile(parsing: Sample.model(graph: graph))
    }

    @Test func readsOneOfEverything() throws {
        let model = try ModelFile(parsing: Sample.rich)
        #expect(model.irVersion == 8)
        #expect([model.producerName, model.producerVersion, model.domain] == ["pytorch", "2.4.0", "ai.example"])
        #expect(model.modelVersion == 3)
        #expect(model.graphName == "main_graph")
        #expect(model.opsets == ["ai.onnx": 17, "com.microsoft": 1])
        #expect(model.metadata == ["author": "line 4"])
        #expect(model.inputs.map(\.description) == ["x: tensor(float)[batch, 3, ?]"])
        #expect(model.outputs.map(\.description) == ["y: tensor(float)"])
        #expect(model.parameterCount == 6 + 8 + 5 + 4)
        #expect(model.initializerBytes == [.float: 24 + 20, .float16: 16, .int64: 32])
        #expect(model.externalFiles == ["weights.bin"])
        let operators = model.operators.map { "\($0.key) \($0.value)" }.sorted()
        #expect(operators == ["Add 1", "Conv 2", "If 1", "Mul 1", "com.microsoft.FusedConv 1"])
    }

    @Test func anInitializerIsNoInputWhicheverComesFirst() throws {
        let before = try read(graph: Sample.initializer("w") + Sample.input("w") + Sample.input("x"))
        let after = try read(graph: Sample.input("w") + Sample.input("x") + Sample.initializer("w"))
        #expect(before.inputs.map(\.name) == ["x"])
        #expect(after.inputs.map(\.name) == ["x"])
    }

    @Test func anInnerInitializerHidesNoInput() throws {
        let attribute = Proto.message(5, Proto.bytes(6, Sample.initializer("x")))
        let model = try read(graph: Sample.node("If", attributes: attribute) + Sample.input("x"))
        #expect(model.inputs.map(\.name) == ["x"])
    }

    @Test func countsEveryGraphOfAListOfGraphs() throws {
        let graphs = Proto.message(5, Proto.bytes(11, Sample.node("Add")), Proto.bytes(11, Sample.node("Add")))
        let model = try read(graph: Sample.node("Scan", attributes: graphs))
        #expect(model.operators == [OperatorName("Scan"): 1, OperatorName("Add"): 2])
    }

    @Test func theDefaultDomainHasOneSpelling() throws {
        let model = try read(graph: Sample.node("Add") + Sample.node("Add", domain: "ai.onnx"))
        #expect(model.operators == [OperatorName("Add"): 2])
    }

    @Test func externalFilesOfAttributesCountToo() throws {
        let tensor = Sample.tensor("c", more: Sample.external("b.bin"))
        let constant = Sample.node("Constant", attributes: Proto.message(5, Proto.bytes(5, tensor)))
        let graph = constant + Sample.initializer("w", more: Sample.external("a.bin"))
        let model = try read(graph: graph + Sample.initializer("v", more: Sample.external("b.bin")))
        #expect(model.externalFiles == ["a.bin", "b.bin"])
        #expect(model.parameterCount == 12)
    }

    @Test(arguments: [
        (type: 1, dims: [2, 3], bytes: 24),
        (type: 1, dims: [], bytes: 4),
        (type: 7, dims: [0, 9], bytes: 0),
        (type: 22, dims: [3], bytes: 2),
        (type: 25, dims: [5], bytes: 2),
        (type: 15, dims: [2], bytes: 32),
        (type: 99, dims: [2], bytes: 0),
        (type: 1, dims: [Int.max, Int.max, 0], bytes: 0),
    ])
    func weighs(_ tensor: (type: Int, dims: [Int], bytes: Int)) throws {
        let model = try read(graph: Sample.initializer(type: tensor.type, dims: tensor.dims))
        #expect(model.initializerBytes == [ElementType(rawValue: Int32(tensor.type)): tensor.bytes])
    }

    @Test func packedExtentsAreExtents() throws {
        let packed = Proto.bytes(1, Proto.varint(300) + Proto.varint(2))
        let model = try read(graph: Sample.initializer(dims: [], more: packed))
        #expect(model.parameterCount == 600)
    }

    @Test func stringsWeighWhatTheyHold() throws {
        let strings = Proto.text(6, "cat") + Proto.text(6, "horse")
        let model = try read(graph: Sample.initializer(type: 8, dims: [2], more: strings))
        #expect(model.initializerBytes == [.string: 8])
        #expect(model.parameterCount == 2)
    }

    @Test(arguments: [
        (type: Sample.tensorType(7, dims: []), text: "tensor(int64)[]"),
        (type: Sample.tensorType(1, dims: [Proto.number(1, 0)]), text: "tensor(float)[0]"),
        (type: Sample.tensorType(1, dims: [Proto.number(1, -1), Proto.text(2, "")]), text: "tensor(float)[?, ?]"),
        (type: Sample.tensorType(77, dims: nil), text: "tensor(type 77)"),
        (
            type: Proto.message(4, Proto.message(1, Proto.message(5, Proto.number(1, 7)))),
            text: "seq(map(int64, unknown))"
        ),
        (
            type: Proto.message(5, Proto.number(1, 8), Proto.bytes(2, Sample.tensorType(1, dims: nil))),
            text: "map(string, tensor(float))"
        ),
        (type: Proto.message(9, Proto.bytes(1, Sample.tensorType(2, dims: nil))), text: "optional(tensor(uint8))"),
        (type: Proto.message(8, Proto.number(1, 1)), text: "sparse_tensor(float)"),
        (type: Proto.message(7), text: "opaque"),
        (type: [], text: "unknown"),
    ])
    func spellsTypes(_ value: (type: [UInt8], text: String)) throws {
        let model = try read(graph: Proto.message(12, Proto.text(1, "y"), Proto.bytes(2, value.type)))
        #expect(model.outputs.map(\.type.description) == [value.text])
    }

    @Test func unknownFieldsAreSteppedOver() throws {
        let strange =
            Proto.tag(900, type: 1) + [UInt8](repeating: 1, count: 8) + Proto.tag(901, type: 5) + [1, 2, 3, 4]
            + Proto.text(902, "later") + Proto.number(903, -1)
        let model = try ModelFile(parsing: strange + Sample.model(graph: strange + Sample.node("Add")))
        #expect(model.operators == [OperatorName("Add"): 1])
    }

    @Test func brokenUTF8IsRepaired() throws {
        let model = try ModelFile(parsing: Proto.bytes(2, [0x61, 0xFF]) + Sample.model())
        #expect(model.producerName == "a\u{FFFD}")
    }

    @Test func aSpanReadsLikeAnArray() throws {
        let bytes = Sample.rich
        #expect(try ModelFile(parsing: bytes.span) == ModelFile(parsing: bytes))
    }
}
