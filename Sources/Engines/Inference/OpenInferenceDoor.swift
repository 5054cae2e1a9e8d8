internal import CKernel
internal import Core
internal import EngineKeeping
package import HTTP
internal import InferenceProtocol
internal import JSON
internal import Link

/// The Open Inference Protocol's `/infer`: JSON or raw tensors in, JSON or raw tensors out.
package struct OpenInferenceDoor: Sendable {
    let plane: Plane

    package init(_ plane: Plane) { self.plane = plane }

    package var routes: [Route] {
        ["/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer"].map { pattern in
            unsafe Route(
                .post, pattern, "Run a model", document: OpenInferenceDocuments.infer,
                place: { exchange, length in unsafe place(exchange, length) },
                handler: { exchange in infer(exchange) })
        }
    }

    private func find(_ exchange: Exchange) -> ModelCatalog.Finding {
        guard exchange.parameters.count > 1 else { return plane.catalog.find(exchange.parameters[0], version: nil) }
        guard let version = Int(exchange.parameters[1]) else { return .unknown }
        return plane.catalog.find(exchange.parameters[0], version: version)
    }

    /// The length of the JSON part, when raw tensors follow it.
    private func headerLength(_ exchange: Exchange) -> Int? {
        exchange.head.value(of: "inference-header-content-length").map { Int($0) ?? -1 }
    }

    /// A body with raw tensors is received straight into a slot, so that the first tensor is aligned there.
    private func place(_ exchange: Exchange, _ length: Int) -> UnsafeMutableRawBufferPointer? {
        guard let header = headerLength(exchange), header >= 0, header < length,
            header <= PlaneSettings.inlineBodyBytesMax,
            unsafe exchange.head.bytes(of: "content-encoding") == nil, case .ready(let engine) = find(exchange),
            let slot = plane.desk(of: exchange.reactor).takeSlot(of: engine)
        else { return nil }
        let lead = (Slot.alignment - header % Slot.alignment) % Slot.alignment
        guard slot.place(lead + length + ByteBuffer.padding) != nil else {
            engine.caller.putBack(slot)
            return nil
        }
        exchange.attachment = ReceivingSlot(slot, engine, start: lead)
        return unsafe UnsafeMutableRawBufferPointer(start: slot.data + lead, count: length)
    }

    /// What the answer needs of the question.
    struct Terms: Sendable {
        let id: String?
        let outputs: [WantedOutput]
    }
    struct WantedOutput: Sendable { let port: Int; let isBinary: Bool; let classes: Int? }

    private func infer(_ exchange: Exchange) {
        let header = headerLength(exchange)
        let finding = find(exchange)
        let seconds = Self.timeout(exchange, limit: plane.settings.otherSeconds, header, plane)
        let passage = Passage<Terms>(
            exchange, plane, seconds: seconds, prepare: { engine in try prepare(exchange, header, engine) },
            tell: { passage, ending in answer(exchange, passage, ending) })
        passage.start(finding)
    }

    /// A small request's own `timeout` parameter shortens its ceiling; it must be known before the request is read in full.
    private static func timeout(_ exchange: Exchange, limit: Double, _ header: Int?, _ plane: Plane) -> Double {
        let text = unsafe UnsafeRawBufferPointer(
            rebasing: exchange.body.prefix(max(0, min(header ?? .max, exchange.body.count))))
        guard text.count > 0, text.count <= PlaneSettings.inlineBodyBytesMax, unsafe contains(text, "\"timeout\"")
        else { return limit }
        let microseconds = plane.borrowDocument { document in
            unsafe (try? document.parse([UInt8](text)))?["parameters"]?["timeout"]?.int
        }
        guard let microseconds, microseconds > 0 else { return limit }
        return min(limit, Double(microseconds) / 1e6)
    }

    private static func contains(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard text.count >= count else { return false }
        for start in 0...(text.count - count) where unsafe text[start] == word.utf8Start[0] {
            if unsafe UnsafeRawBufferPointer(rebasing: text[start..<(start + count)])
                .elementsEqual(UnsafeRawBufferPointer(start: word.utf8Start, count: count))
            {
                return true
            }
        }
        return false
    }

    private func prepare(_ exchange: Exchange, _ header: Int?, _ engine: EngineHandle) throws -> (Slot, Terms) {
        let body = unsafe exchange.body
        if let header, header < 0 || header > body.count {
            throw Fault(.invalid, "Inference-Header-Content-Length does not fit a body of \(body.count) bytes")
        }
        return try plane.readDocument { document in
            let request = unsafe try read(document, body, header, engine)
            let plan = try RequestCheck(engine).check(request)
            let received = exchange.attachment as? ReceivingSlot
            let own = received?.use(for: engine)
            return try SlotFilling.fill(try own ?? SlotFilling.take(engine), of: engine) { slot in
                let filler = unsafe TensorFiller(slot: slot, body: body, receivedAt: own == nil ? nil : received?.start)
                for (input, port) in zip(request.inputs, plan.ports) { try filler.add(input, port: port) }
                unsafe slot.record.pointee.wanted = plan.wanted
                return Terms(id: request.id, outputs: plan.outputs)
            }
        }
    }

    private func read(_ document: JSONDocument, _ body: UnsafeRawBufferPointer, _ header: Int?, _ engine: EngineHandle)
        throws -> TensorRequest
    {
        if header == 0 {
            guard let port = engine.signature.inputs.first, engine.signature.inputs.count == 1 else {
                throw Fault(
                    .invalid,
                    "a raw body needs a model with one input, and \(engine.name) has \(engine.signature.inputs.count)")
            }
            return try TensorRequest(raw: 0..<body.count, for: port)
        }
        let length = header ?? body.count
        let root: JSONNode
        do throws(JSONDocument.Refusal) {
            root = unsafe try document.parse(padded: UnsafeRawBufferPointer(rebasing: body.prefix(length)))
        } catch {
            throw Fault(.invalid, "failed to parse the request JSON buffer: \(error.reason) at \(error.position)")
        }
        return try TensorRequest(root, binary: length..<body.count)
    }

    private func answer(_ exchange: Exchange, _ passage: Passage<Terms>, _ ending: Ending<Terms>) {
        let name = exchange.parameters[0]
        switch ending {
        case .answered(let slot, let engine, let terms): answer(exchange, passage, slot, engine, terms)
        case .refused(let fault as Fault):
            V2Error.send(exchange, fault.code == .exhausted ? .unavailable : .badRequest, fault.description)
        case .refused(let error): V2Error.send(exchange, .badRequest, "\(error)")
        case .failed(let text):
            plane.book.latest(of: name)?.count(.error)
            V2Error.send(exchange, .internalError, "onnx runtime error: \(text)")
        case .expired:
            plane.book.latest(of: name)?.count(.timeout)
            V2Error.send(exchange, .unavailable, "Request timeout expired")
        case .engineDied:
            plane.book.latest(of: name)?.count(.error)
            V2Error.send(exchange, .unavailable, "the engine of model '\(name)' stopped; a new one is starting")
        case .unavailable(let finding): V2Error.send(exchange, finding, name, exchange.parameters.dropFirst().first)
        }
    }

    private func answer(
        _ exchange: Exchange, _ passage: Passage<Terms>, _ slot: Slot, _ engine: EngineHandle, _ terms: Terms
    ) {
        let tensors = (0..<slot.outputCount).compactMap { number -> AnswerTensor? in
            let tensor = slot.output(number)
            guard let type = tensor.type else { return nil }
            let wanted = terms.outputs.first { $0.port == tensor.port }
            return unsafe AnswerTensor(
                name: engine.signature.outputs[tensor.port].name, type: type, shape: tensor.shape,
                bytes: UnsafeRawBufferPointer(tensor.bytes), isBinary: wanted?.isBinary ?? false,
                classes: wanted?.classes,
                labels: engine.metadata.classes ?? [], isBatched: engine.batchRowsMax > 0)
        }
        let answer = TensorAnswer(
            model: engine.name.description, version: "\(engine.version)", id: terms.id, tensors: tensors)
        do throws(Fault) { try answer.checkText() } catch {
            engine.series.count(.error)
            return V2Error.send(exchange, .badRequest, error.description)
        }
        engine.series.count(.ok)
        let bytes = tensors.reduce(0) { unsafe $0 + $1.bytes.count }
        guard bytes <= PlaneSettings.inlineBodyBytesMax else {
            return answerAside(exchange, answer, slot, engine, passage)
        }
        if tensors.contains(where: \.isBinary) {
            let body = ByteBuffer(capacity: 512 + bytes)
            let fields = Self.write(answer, to: body)
            exchange.respond(.ok, Self.rawType, fields: fields) { unsafe $0.append(body.bytes) }
        } else {
            exchange.respond(.ok) { _ = answer.write(to: $0) }
        }
    }

    private static let rawType: StaticString = "application/octet-stream"

    private static func write(_ answer: TensorAnswer, to body: ByteBuffer) -> [(StaticString, String)] {
        answer.write(to: body).map { [("Inference-Header-Content-Length", "\($0)")] } ?? []
    }

    /// A large answer is written by a worker, which borrows the slot meanwhile.
    private func answerAside(
        _ exchange: Exchange, _ answer: TensorAnswer, _ slot: Slot, _ engine: EngineHandle, _ passage: Passage<Terms>
    ) {
        passage.keepSlot()
        let luggage = AnswerLuggage(answer: answer)
        let isBinary = answer.tensors.contains(where: \.isBinary)
        exchange.respondAside(
            .ok, isBinary ? Self.rawType : "application/json", write: { body in Self.write(luggage.answer, to: body) },
            written: { engine.caller.putBack(slot) })
    }
}

/// An answer on its way to a worker; the slot that its bytes lie in is kept until the worker is done.
private struct AnswerLuggage: @unchecked Sendable { let answer: TensorAnswer }

/// Errors as the protocol's clients read them.
enum V2Error {
    static func send(_ exchange: Exchange, _ status: Status, _ text: String) { exchange.refuse(status, "error", text) }

    static func send(_ exchange: Exchange, _ finding: ModelCatalog.Finding, _ name: String, _ version: String?) {
        switch finding {
        case .failed(let fault):
            send(exchange, fault.passes ? .unavailable : .badRequest, "model '\(name)' is not ready: \(fault)")
        case .unloaded: send(exchange, .badRequest, "Request for unknown model: '\(name)' has no available versions")
        default:
            let which = version.map { "'\(name)' version \($0)" } ?? "'\(name)'"
            send(exchange, .notFound, "Request for unknown model: \(which) is not found")
        }
    }
}

extension Fault {
    /// Whether a load that failed so may go well later, with the same file: clients try again what is unavailable.
    fileprivate var passes: Bool { code != .model && code != .invalid && code != .notFound }
}
