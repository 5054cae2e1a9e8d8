internal import CKernel
package import Core
package import EngineKeeping
internal import InferenceProtocol
internal import JSON
internal import Link
internal import Process

/// One request to one model, without a server: an engine is started, asked once, and let go.
package struct OneShot: Sendable {
    private let launcher: EngineLauncher
    private let bells: Bells
    private let file: ModelFile

    /// What the model is asked: a JSON document, or numbers for its only input in the shape that the model fixes.
    package enum Question: Sendable {
        case json([UInt8])
        case picture(@Sendable (_ shape: [Int]) throws(Fault) -> [Float])
    }

    package init(model path: String, settings: EngineSettings) throws(Fault) {
        let folder = try ModelFolder(file: path)
        guard let file = folder.onlyFile else { throw Fault(.notFound, "\(path) is not a model file") }
        self.file = file
        bells = try Bells(count: 1)
        launcher = EngineLauncher(settings: settings, bells: bells, book: MetricsBook())
    }

    /// Asks and writes the answer in the protocol's JSON form; also says how long the run took.
    package func ask(_ question: Question, seconds: Double, into buffer: ByteBuffer) throws -> (
        runNanoseconds: UInt64, engine: EngineHandle
    ) {
        let engine = try start()
        let (slot, terms) = try SlotFilling.fill(try SlotFilling.take(engine), of: engine) { slot in
            try fill(slot, engine, question)
        }
        slot.deadline = Instant.now.advanced(by: Span64.seconds(seconds))
        guard engine.caller.submit(slot) else { throw Fault(.unavailable, "the engine takes no request") }
        guard let done = wait(engine, until: slot.deadline.advanced(by: Span64.second)) else {
            throw Fault(.timeout, "the model did not answer within \(seconds) s", hint: "give it longer with --timeout")
        }
        switch done.outcome {
        case .completed: break
        case .failed: throw Fault(.model, done.message)
        case .expired:
            throw Fault(.timeout, "the model did not answer within \(seconds) s", hint: "give it longer with --timeout")
        }
        let tensors = (0..<done.outputCount).compactMap { number -> AnswerTensor? in
            let tensor = done.output(number)
            guard let type = tensor.type else { return nil }
            return unsafe AnswerTensor(
                name: engine.signature.outputs[tensor.port].name, type: type, shape: tensor.shape,
                bytes: UnsafeRawBufferPointer(tensor.bytes))
        }
        let answer = TensorAnswer(
            model: engine.name.description, version: "\(engine.version)", id: terms, tensors: tensors)
        try answer.checkText()
        _ = answer.write(to: buffer)
        return (done.finished.since(done.started), engine)
    }

    private func start() throws(Fault) -> EngineHandle {
        let news = NewsStand<Result<EngineHandle, Fault>>()
        launcher.launch(file, ready: { result in news.post(result) }, ended: { _, _ in })
        return try news.wait().get()
    }

    private func wait(_ engine: EngineHandle, until deadline: Instant) -> Slot? {
        while Instant.now < deadline {
            if let slot = engine.caller.collect(bell: 0) { return slot }
            if engine.isDead { return nil }
            Pause.nanoseconds(100_000)
        }
        return nil
    }

    /// Returns the request's id, when it has one.
    private func fill(_ slot: Slot, _ engine: EngineHandle, _ question: Question) throws -> String? {
        switch question {
        case .picture(let paint):
            let port = try SlotFilling.onlyInput(engine)
            let shape = port.shape.map { $0 < 0 ? 1 : $0 }
            let values = try paint(shape)
            let offset = try SlotFilling.place(values.count * 4, in: slot)
            unsafe values.withUnsafeBytes { bytes in
                if let start = bytes.baseAddress {
                    unsafe (slot.data + offset).copyMemory(from: start, byteCount: bytes.count)
                }
            }
            slot.addInput(port: 0, type: .float32, shape: shape, offset: offset, bytes: values.count * 4)
            return nil
        case .json(let text): return try fill(slot, engine, text)
        }
    }

    private func fill(_ slot: Slot, _ engine: EngineHandle, _ text: [UInt8]) throws -> String? {
        let document = JSONDocument()
        let root = try document.parse(text, named: "the input")
        guard root.kind == .object, root["inputs"] != nil else {
            try fillOnlyInput(slot, engine, root.kind == .object ? root["instances"] ?? root["tensor"] : root)
            return nil
        }
        let request = try TensorRequest(root, binary: 0..<0)
        let plan = try RequestCheck(engine).check(request)
        let filler = unsafe TensorFiller(
            slot: slot, body: UnsafeRawBufferPointer(start: nil, count: 0), receivedAt: nil)
        for (input, port) in zip(request.inputs, plan.ports) { try filler.add(input, port: port) }
        unsafe slot.record.pointee.wanted = plan.wanted
        return request.id
    }

    /// A bare array feeds a model's only input; its first axis is as long as the data make it.
    private func fillOnlyInput(_ slot: Slot, _ engine: EngineHandle, _ data: JSONNode?) throws {
        guard let data, data.kind == .array, let port = engine.signature.inputs.first,
            engine.signature.inputs.count == 1
        else {
            throw Fault(
                .invalid,
                "the input must be {\"inputs\": [...]}, {\"instances\": [...]}, {\"tensor\": [...]} or an array",
                hint: "`lineside inspect` shows what the model wants")
        }
        let shape = port.shape.enumerated().map { axis, side in
            side >= 0 ? side : axis == 0 && data.isNested ? data.count ?? 1 : 1
        }
        let text = try TensorText(data, type: port.type, shape: shape, name: port.name)
        let offset = try SlotFilling.place(text.byteCount, in: slot)
        let bytes = text.byteCount
        unsafe try text.write(to: slot.data + offset)
        slot.addInput(port: 0, type: port.type, shape: shape, offset: offset, bytes: bytes)
    }
}
