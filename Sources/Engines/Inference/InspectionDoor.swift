internal import CKernel
internal import Core
internal import EngineKeeping
package import HTTP
internal import InferenceProtocol
internal import JSON
internal import Link

/// The inspection contract: `/infer`, `/reload-model`, `/healthz`, `/readyz`. Decodes, calls, encodes.
package struct InspectionDoor: Sendable {
    let plane: Plane
    static let rawType = "application/octet-stream"

    package init(_ plane: Plane) { self.plane = plane }

    package var routes: [Route] {
        unsafe [
            Route(
                .post, "/infer", "Judge one part", document: InspectionDocuments.infer,
                place: { exchange, length in unsafe place(exchange, length) },
                handler: { exchange in infer(exchange) }),
            unsafe Route(
                .post, "/reload-model", "Load a model, warm it up and make it the active one", changesState: true,
                bodyBytesMax: 1 << 20, document: InspectionDocuments.reload, handler: { exchange in reload(exchange) }),
            unsafe Route(
                .get, "/healthz", "Is a warmed model active", document: InspectionDocuments.health,
                handler: { exchange in health(exchange, ok: "ok", notOK: "unavailable") }),
            unsafe Route(
                .get, "/readyz", "May requests be sent here", document: InspectionDocuments.health,
                handler: { exchange in health(exchange, ok: "ready", notOK: "not_ready") }),
        ]
    }

    // MARK: /infer

    /// A raw tensor is received straight into the slot that the engine will read.
    private func place(_ exchange: Exchange, _ length: Int) -> UnsafeMutableRawBufferPointer? {
        guard exchange.head.mediaType == Self.rawType, unsafe exchange.head.bytes(of: "content-encoding") == nil,
            case .ready(let engine) = plane.catalog.active.finding,
            let slot = plane.desk(of: exchange.reactor).takeSlot(of: engine), let start = slot.place(length)
        else { return nil }
        exchange.attachment = ReceivingSlot(slot, engine, start: start)
        return unsafe UnsafeMutableRawBufferPointer(start: slot.data + start, count: length)
    }

    struct Terms: Sendable { let threshold: Double; let correlationID: String? }

    private func infer(_ exchange: Exchange) {
        let (name, finding, reason) = plane.catalog.active
        let asked =
            exchange.head.mediaType == Self.rawType ? rawTerms(exchange).map { $0 as InspectionTerms? } : .success(nil)
        let passage = Passage<Terms>(
            exchange, plane, seconds: plane.settings.inferSeconds,
            prepare: { engine in try prepare(exchange, asked, engine) },
            tell: { _, ending in answer(exchange, ending, reason) })
        if case .failure(let issues) = asked { return passage.refuse(issues) }
        if let type = exchange.head.mediaType, type != Self.rawType, type != "application/json" {
            return passage.refuse(Fault(.invalid, "Unsupported media type: \(type)"))
        }
        if name == nil { return passage.start(.failed(Fault(.unavailable, reason ?? "none"))) }
        passage.start(finding)
    }

    /// `asked` holds the terms of a raw tensor; a JSON body brings its own.
    private func prepare(
        _ exchange: Exchange, _ asked: Result<InspectionTerms?, ValidationIssues>, _ engine: EngineHandle
    ) throws -> (Slot, Terms) {
        let port = try SlotFilling.onlyInput(engine)
        let count = port.elementCount
        if let asked = try asked.get() { return try prepareRaw(exchange, asked, engine, port, count) }
        let slot = try SlotFilling.take(engine)
        return try SlotFilling.fill(slot, of: engine) { slot in
            try plane.readDocument { document in
                let root = unsafe try Self.parse(exchange.body, document)
                let request = try InspectionRequest(root, elementCount: count)
                let offset = try SlotFilling.place(count * 4, in: slot)
                let floats = unsafe (slot.data + offset).assumingMemoryBound(to: Float.self)
                let range = request.tensor.packed.map { unsafe $0.narrow(to: floats) } ?? (least: 0, greatest: 0)
                try finish(slot, port, count, offset, range, engine)
                return terms(request.terms, engine)
            }
        }
    }

    private func prepareRaw(
        _ exchange: Exchange, _ asked: InspectionTerms, _ engine: EngineHandle, _ port: Port, _ count: Int
    ) throws -> (Slot, Terms) {
        guard unsafe exchange.body.count % 4 == 0 else {
            throw ValidationIssues([
                ValidationIssue(
                    "value_error", at: [.field("body"), .field("tensor")],
                    unsafe "Value error, \(exchange.body.count) bytes are not a whole number of float32 values")
            ])
        }
        if let issue = unsafe InspectionRequest.length(exchange.body.count / 4, count) {
            throw ValidationIssues([issue])
        }
        let received = exchange.attachment as? ReceivingSlot
        if let received, let slot = received.use(for: engine) {
            return try SlotFilling.fill(slot, of: engine) { slot in
                try finish(slot, port, count, received.start, range(slot, received.start, count), engine)
                return terms(asked, engine)
            }
        }
        return try SlotFilling.fill(try SlotFilling.take(engine), of: engine) { slot in
            let offset = try SlotFilling.place(count * 4, in: slot)
            if let start = unsafe exchange.body.baseAddress {
                unsafe (slot.data + offset).copyMemory(from: start, byteCount: count * 4)
            }
            try finish(slot, port, count, offset, range(slot, offset, count), engine)
            return terms(asked, engine)
        }
    }

    private func range(_ slot: Slot, _ offset: Int, _ count: Int) -> (least: Float, greatest: Float) {
        unsafe rangeOfFloats((slot.data + offset).assumingMemoryBound(to: Float.self), count: count)
    }

    private func finish(
        _ slot: Slot, _ port: Port, _ count: Int, _ offset: Int, _ range: (least: Float, greatest: Float),
        _ engine: EngineHandle
    ) throws {
        let low = engine.metadata.tensorMin ?? plane.settings.tensorMin
        let high = engine.metadata.tensorMax ?? plane.settings.tensorMax
        if let issue = ValidationIssue.bounds(least: range.least, greatest: range.greatest, from: low, to: high) {
            throw ValidationIssues([issue])
        }
        let shape = port.shape.enumerated().map { $1 < 0 ? 1 : $1 }
        slot.addInput(port: 0, type: .float32, shape: shape, offset: offset, bytes: count * 4)
        unsafe slot.record.pointee.wanted = 1
    }

    private func terms(_ asked: InspectionTerms, _ engine: EngineHandle) -> Terms {
        Terms(threshold: asked.threshold ?? engine.metadata.threshold ?? 0.5, correlationID: asked.correlationID)
    }

    private func rawTerms(_ exchange: Exchange) -> Result<InspectionTerms, ValidationIssues> {
        var asked = InspectionTerms()
        var issues: [ValidationIssue] = []
        if let text = exchange.head.value(of: "x-threshold") {
            let location: [ValidationIssue.Step] = [.field("header"), .field("x-threshold")]
            if let value = Double(text) {
                asked.threshold = value
                if let issue = InspectionTerms.issue(threshold: value, at: location) { issues.append(issue) }
            } else {
                issues.append(
                    ValidationIssue(
                        "float_parsing", at: location,
                        "Input should be a valid number, unable to parse string as a number", input: .text(text)))
            }
        }
        asked.correlationID = exchange.head.value(of: "x-correlation-id")
        if let text = asked.correlationID,
            let issue = InspectionTerms.issue(correlation: text, at: [.field("header"), .field("x-correlation-id")])
        {
            issues.append(issue)
        }
        return issues.isEmpty ? .success(asked) : .failure(ValidationIssues(issues))
    }

    private func answer(_ exchange: Exchange, _ ending: Ending<Terms>, _ reason: String?) {
        switch ending {
        case .answered(let slot, let engine, let terms): answer(exchange, slot, engine, terms)
        case .refused(let issues as ValidationIssues):
            exchange.refuse(issues)
        case .refused(let fault as Fault) where fault.code == .exhausted:
            detail(exchange, .unavailable, fault.description)
        case .refused(let fault as Fault) where fault.code == .invalid:
            detail(exchange, .unsupportedMediaType, fault.description)
        case .refused(let error): detail(exchange, .unprocessable, "\(error)")
        case .failed(let text):
            plane.catalog.activeSeries?.count(.error)
            detail(exchange, .internalError, "Inference runtime error: \(text)")
        case .expired:
            plane.catalog.activeSeries?.count(.timeout)
            detail(exchange, .unavailable, timeoutText)
        case .engineDied:
            plane.catalog.activeSeries?.count(.error)
            detail(
                exchange, .unavailable,
                "Inference engine stopped; a new one is starting. Downstream adapter must apply configured fail-safe.")
        case .unavailable(let finding):
            detail(
                exchange, .unavailable,
                "No model is active: \(Self.text(finding) ?? reason ?? "none has been loaded"). Downstream adapter must apply configured fail-safe."
            )
        }
    }

    /// The document of a body; FastAPI says of an empty one that it is missing.
    private static func parse(_ body: UnsafeRawBufferPointer, _ document: JSONDocument) throws(ValidationIssues)
        -> JSONNode
    {
        guard body.count > 0 else {
            throw ValidationIssues([ValidationIssue("missing", at: [.field("body")], "Field required")])
        }
        do throws(JSONDocument.Refusal) { return unsafe try document.parse(padded: body) } catch {
            throw ValidationIssues([.notJSON(error)])
        }
    }

    private static func text(_ finding: ModelCatalog.Finding) -> String? {
        if case .failed(let fault) = finding { fault.description } else { nil }
    }

    /// The seed's sentence; Python's `{:.0f}` rounds half to even.
    private var timeoutText: String {
        let milliseconds = Int((plane.settings.inferSeconds * 1000).rounded(.toNearestOrEven))
        return "Inference exceeded \(milliseconds) ms timeout. Downstream adapter must apply configured fail-safe."
    }

    private func answer(_ exchange: Exchange, _ slot: Slot, _ engine: EngineHandle, _ terms: Terms) {
        guard slot.outputCount > 0, let score = score(slot.output(0)), score.isFinite else {
            engine.series.count(.error)
            return detail(
                exchange, .internalError, "Inference runtime error: the model's first output is not a finite number")
        }
        let defective = score >= terms.threshold
        engine.series.count(defective ? .defective : .ok)
        let milliseconds = Double(Instant.now.since(exchange.lastByte)) / 1e6
        exchange.respond(.ok) { buffer in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key("defective")
            json.bool(defective)
            json.key("score")
            json.double(score)
            json.key("latency_ms")
            json.double(milliseconds)
            json.key("model_version")
            json.string(engine.name.description)
            json.key("correlation_id")
            if let id = terms.correlationID { json.string(id) } else { json.null() }
            json.endObject()
        }
    }

    /// The first element of the first output, as the seed reads it.
    private func score(_ tensor: SlotTensor) -> Double? {
        guard let type = tensor.type, tensor.elementCount > 0 else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(tensor.bytes)
        return unsafe TensorValues(AnswerTensor(name: "", type: type, shape: [1], bytes: bytes)).doubles.first
    }

    private func detail(_ exchange: Exchange, _ status: Status, _ text: String) {
        exchange.refuse(status, "detail", text)
    }

    // MARK: /reload-model

    private func reload(_ exchange: Exchange) {
        let request = plane.borrowDocument { document in
            Result { () throws(ValidationIssues) in
                let root = unsafe try Self.parse(exchange.body, document)
                return try ReloadRequest(root)
            }
        }
        switch request {
        case .failure(let issues):
            exchange.refuse(issues)
        case .success(let request):
            plane.catalog.reload(request.name) { result in
                exchange.reactor.post { answerReload(exchange, request.name, result) }
            }
        }
    }

    private func answerReload(
        _ exchange: Exchange, _ name: ModelName, _ result: Result<EngineHandle, ModelCatalog.ReloadFailure>
    ) {
        switch result {
        case .failure(.notFound(let path)): detail(exchange, .notFound, "Model artifact not found: \(path)")
        case .failure(.broken(let fault)): detail(exchange, .unprocessable, "Model \(name) did not load: \(fault)")
        case .success:
            exchange.respond(.ok) { buffer in
                var json = JSONWriter(buffer)
                json.beginObject()
                json.key("status")
                json.string("reloaded")
                json.key("active_model")
                json.string(name.description)
                json.endObject()
            }
        }
    }

    // MARK: health

    private func health(_ exchange: Exchange, ok: String, notOK: String) {
        let (name, finding, reason) = plane.catalog.active
        if case .ready(let engine) = finding { return health(exchange, .ok, ok, engine.name.description, nil) }
        let why = reason ?? Self.text(finding) ?? "model \(name.map { "\($0)" } ?? "none") is not loaded"
        health(exchange, .unavailable, notOK, nil, why)
    }

    private func health(_ exchange: Exchange, _ status: Status, _ word: String, _ active: String?, _ reason: String?) {
        exchange.respond(status) { buffer in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key("status")
            json.string(word)
            json.key("active_model")
            if let active { json.string(active) } else { json.null() }
            if let reason {
                json.key("reason")
                json.string(reason)
            }
            json.endObject()
        }
    }
}
