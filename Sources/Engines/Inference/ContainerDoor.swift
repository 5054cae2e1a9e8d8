internal import CKernel
internal import Core
internal import EngineKeeping
package import HTTP
internal import InferenceProtocol
internal import JSON
internal import Link

/// The SageMaker container contract: `/ping` and `/invocations`, in the words of the recipe's container.
package struct ContainerDoor: Sendable {
    let plane: Plane

    package init(_ plane: Plane) { self.plane = plane }

    package var routes: [Route] {
        unsafe [
            Route(
                .get, "/ping", "Is the model loaded", document: ContainerDocuments.ping,
                handler: { exchange in ping(exchange) }),
            unsafe Route(
                .post, "/invocations", "Predict for rows of features", document: ContainerDocuments.invocations,
                handler: { exchange in invoke(exchange) }),
        ]
    }

    private func ping(_ exchange: Exchange) {
        if case .ready = plane.catalog.active.finding { exchange.respond(.ok) } else { exchange.respond(.notFound) }
    }

    /// The rows that were sent, to be echoed beside the answer.
    struct Terms: Sendable { let values: [Double]; let rows: Int; let features: Int }

    private func invoke(_ exchange: Exchange) {
        let type = exchange.head.mediaType
        guard type == "application/json" || type == "text/csv" else {
            return refuse(
                exchange, .badRequest, "Unsupported content type: \(exchange.head.value(of: "content-type") ?? "None")")
        }
        let target = exchange.head.value(of: "x-amzn-sagemaker-target-model")
        let finding =
            target.map { plane.catalog.find(Self.modelName($0), version: nil) } ?? plane.catalog.active.finding
        Passage<Terms>(
            exchange, plane, seconds: plane.settings.otherSeconds,
            prepare: { engine in try prepare(exchange, engine, isCSV: type == "text/csv") },
            tell: { _, ending in answer(exchange, ending, target) }
        ).start(finding)
    }

    /// `model.tar.gz` and `model.onnx` name the model `model`, as multi-model endpoints do.
    private static func modelName(_ target: String) -> String {
        for ending in [".tar.gz", ".onnx"] where target.hasSuffix(ending) {
            return String(target.dropLast(ending.count))
        }
        return target
    }

    private func prepare(_ exchange: Exchange, _ engine: EngineHandle, isCSV: Bool) throws -> (Slot, Terms) {
        let port = try SlotFilling.onlyInput(engine)
        let features = max(1, port.shape.dropFirst().reduce(1) { $0 * max(1, $1) })
        let request = try parse(exchange, features, isCSV, mayNest: port.shape.count > 2)
        // A model without axes takes one number, and answers one.
        let fixed = port.shape.first ?? 1
        guard request.rows > 0, fixed < 0 || fixed == request.rows else {
            throw InvocationRequest.invalid(
                "Input must have \(fixed < 0 ? "at least 1" : "exactly \(fixed)") instances")
        }
        return try SlotFilling.fill(try SlotFilling.take(engine), of: engine) { slot in
            let offset = try SlotFilling.place(request.values.count * 4, in: slot)
            let floats = unsafe (slot.data + offset).assumingMemoryBound(to: Float.self)
            for place in request.values.indices { unsafe floats[place] = Float(request.values[place]) }
            let shape = port.shape.enumerated().map { axis, side in axis == 0 ? request.rows : max(1, side) }
            slot.addInput(port: 0, type: .float32, shape: shape, offset: offset, bytes: request.values.count * 4)
            return Terms(values: request.values, rows: request.rows, features: features)
        }
    }

    private func parse(
        _ exchange: Exchange, _ features: Int, _ isCSV: Bool, mayNest: Bool
    ) throws(InvocationRequest.Refusal) -> InvocationRequest {
        if isCSV {
            return unsafe try InvocationRequest(csv: String(decoding: exchange.body, as: UTF8.self), features: features)
        }
        return try plane.readDocument { document throws(InvocationRequest.Refusal) in
            let root: JSONNode
            do throws(JSONDocument.Refusal) { root = unsafe try document.parse(padded: exchange.body) } catch {
                throw InvocationRequest.invalid("the body is not JSON: \(error.reason) at byte \(error.position)")
            }
            return try InvocationRequest(json: root, features: features, mayNest: mayNest)
        }
    }

    private func refuse(_ exchange: Exchange, _ status: Status, _ text: String) {
        exchange.refuse(status, "error", text)
    }

    private func answer(_ exchange: Exchange, _ ending: Ending<Terms>, _ target: String?) {
        switch ending {
        case .answered(let slot, let engine, let terms):
            engine.series.count(.ok)
            exchange.respond(.ok) { PredictionWriter(slot: slot, engine: engine, terms: terms).write(to: $0) }
        case .refused(let refusal as InvocationRequest.Refusal): refuse(exchange, .badRequest, refusal.message)
        case .refused(let fault as Fault):
            refuse(exchange, fault.code == .exhausted ? .unavailable : .badRequest, fault.description)
        case .refused, .failed:
            if case .failed(let text) = ending { Log.line("prediction error: \(text)") }
            refuse(exchange, .internalError, "Internal server error")
        case .expired: refuse(exchange, .unavailable, "Prediction exceeded \(plane.settings.otherSeconds) s")
        case .engineDied:
            refuse(exchange, .unavailable, "The engine stopped during the prediction; a new one is starting")
        case .unavailable(let finding): unavailable(exchange, finding, target)
        }
    }

    private func unavailable(_ exchange: Exchange, _ finding: ModelCatalog.Finding, _ target: String?) {
        switch (finding, target) {
        case (.failed(let fault), _): refuse(exchange, .unavailable, "Model not loaded: \(fault)")
        case (_, let target?): refuse(exchange, .notFound, "Model \(target) is not found")
        default: refuse(exchange, .unavailable, "Model not loaded: \(plane.catalog.active.reason ?? "none is active")")
        }
    }
}
