internal import Core
internal import EngineKeeping
package import HTTP
internal import InferenceProtocol
internal import JSON
internal import Link

/// The rest of the Open Inference Protocol and the extensions that Triton's clients call: health, metadata, configuration,
/// statistics, and the model repository.
package struct RepositoryDoor: Sendable {
    let plane: Plane

    package init(_ plane: Plane) { self.plane = plane }

    package var routes: [Route] {
        var routes = unsafe [
            Route(
                .get, "/v2", "Who serves", document: OpenInferenceDocuments.object(),
                handler: { exchange in server(exchange) }),
            unsafe Route(
                .get, "/v2/health/live", "Does the server live", document: OpenInferenceDocuments.empty(),
                handler: { exchange in exchange.respond(.ok) }),
            unsafe Route(
                .get, "/v2/health/ready", "May requests be sent here", document: OpenInferenceDocuments.empty(),
                handler: { exchange in exchange.respond(.ok) }),
            unsafe Route(
                .get, "/v2/models/stats", "Figures of all models", document: OpenInferenceDocuments.object(),
                handler: { exchange in statistics(exchange) }),
            unsafe Route(
                .post, "/v2/repository/index", "Every model and its state", bodyBytesMax: 1 << 20,
                document: OpenInferenceDocuments.index,
                handler: { exchange in index(exchange) }),
            unsafe Route(
                .post, "/v2/repository/models/{model}/load", "Load or reload a model", changesState: true,
                bodyBytesMax: 1 << 20, document: OpenInferenceDocuments.load,
                handler: { exchange in load(exchange) }),
            unsafe Route(
                .post, "/v2/repository/models/{model}/unload", "Let a model go", changesState: true,
                bodyBytesMax: 1 << 20, document: OpenInferenceDocuments.empty(400),
                handler: { exchange in unload(exchange) }),
        ]
        for prefix in ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"] {
            unsafe routes += [
                Route(
                    .get, prefix, "Inputs and outputs of a model",
                    document: OpenInferenceDocuments.object(400, 404, 503),
                    handler: { exchange in metadata(exchange) }),
                unsafe Route(
                    .get, prefix + "/ready", "May the model be used",
                    document: OpenInferenceDocuments.empty(400, 404, 503),
                    handler: { exchange in ready(exchange) }),
                unsafe Route(
                    .get, prefix + "/config", "The model's configuration",
                    document: OpenInferenceDocuments.object(400, 404, 503),
                    handler: { exchange in configuration(exchange) }),
                unsafe Route(
                    .get, prefix + "/stats", "The model's figures", document: OpenInferenceDocuments.object(400, 404),
                    handler: { exchange in statistics(exchange) }),
            ]
        }
        return routes
    }

    // MARK: the server

    private func server(_ exchange: Exchange) {
        exchange.respond(.ok) { buffer in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key("name")
            json.string(plane.settings.serverName)
            json.key("version")
            json.string("lineside " + plane.settings.version)
            json.key("extensions")
            json.beginArray()
            for name in [
                "classification", "model_repository", "model_repository(unload_dependents)", "model_configuration",
                "binary_tensor_data", "parameters", "statistics",
            ] {
                json.string(name)
            }
            json.endArray()
            json.endObject()
        }
    }

    // MARK: one model

    private func find(_ exchange: Exchange) -> ModelCatalog.Finding {
        guard exchange.parameters.count > 1 else { return plane.catalog.find(exchange.parameters[0], version: nil) }
        return Int(exchange.parameters[1]).map { plane.catalog.find(exchange.parameters[0], version: $0) } ?? .unknown
    }

    /// A model that can be loaded on demand is ready, unless it was tried and failed: the first request loads it.
    private func ready(_ exchange: Exchange) {
        let finding = find(exchange)
        switch finding {
        case .ready: exchange.respond(.ok)
        case .absent(let key):
            guard let fault = plane.catalog.failure(of: key) else { return exchange.respond(.ok) }
            V2Error.send(exchange, .failed(fault), exchange.parameters[0], nil)
        default: V2Error.send(exchange, finding, exchange.parameters[0], exchange.parameters.dropFirst().first)
        }
    }

    /// Answers from the model's engine, which is loaded for it if need be.
    private func withEngine(_ exchange: Exchange, _ body: @escaping @Sendable (EngineHandle) -> Void) {
        let finding = find(exchange)
        switch finding {
        case .ready(let engine): body(engine)
        case .absent(let key):
            plane.catalog.load(key, for: .use) { result in
                exchange.reactor.post {
                    switch result {
                    case .success(let engine): body(engine)
                    case .failure(let fault): V2Error.send(exchange, .failed(fault), key.name.description, nil)
                    }
                }
            }
        default: V2Error.send(exchange, finding, exchange.parameters[0], exchange.parameters.dropFirst().first)
        }
    }

    private func metadata(_ exchange: Exchange) {
        withEngine(exchange) { engine in
            let versions = plane.catalog.index().filter { $0.key.name == engine.name }.map { "\($0.key.version)" }
            exchange.respond(.ok) { ModelDocument(engine, versions: versions).writeMetadata(to: $0) }
        }
    }

    private func configuration(_ exchange: Exchange) {
        withEngine(exchange) { engine in
            exchange.respond(.ok) { ModelDocument(engine, versions: []).writeConfiguration(to: $0) }
        }
    }

    private func statistics(_ exchange: Exchange) {
        if let name = exchange.parameters.first {
            let finding = find(exchange)
            switch finding {
            case .ready, .absent: break
            default: return V2Error.send(exchange, finding, name, nil)
            }
        }
        let wanted = exchange.parameters.first
        let version = exchange.parameters.dropFirst().first
        let standings = plane.catalog.index().filter { standing in
            wanted.map { standing.key.name.description == $0 } ?? (standing.engine != nil)
                && (version.map { "\(standing.key.version)" == $0 } ?? true)
        }
        exchange.respond(.ok) { StatisticsDocument(standings, plane.book).write(to: $0) }
    }

    // MARK: the repository

    private func index(_ exchange: Exchange) {
        let onlyReady = unsafe exchange.body.isEmpty ? false : readOnlyReady(exchange)
        let standings = plane.catalog.index().filter { !onlyReady || $0.engine != nil }
        exchange.respond(.ok) { buffer in
            var json = JSONWriter(buffer)
            json.beginArray()
            for standing in standings {
                json.beginObject()
                json.key("name")
                json.string(standing.key.name.description)
                json.key("version")
                json.string("\(standing.key.version)")
                json.key("state")
                json.string(standing.engine != nil ? "READY" : standing.isLoading ? "LOADING" : "UNAVAILABLE")
                json.key("reason")
                json.string(reason(standing))
                json.endObject()
            }
            json.endArray()
        }
    }

    private func readOnlyReady(_ exchange: Exchange) -> Bool {
        plane.borrowDocument { document in unsafe (try? document.parse(padded: exchange.body))?["ready"]?.bool ?? false
        }
    }

    private func reason(_ standing: ModelStanding) -> String {
        if standing.engine != nil || standing.isLoading { return "" }
        return standing.failure?.description ?? (standing.isUnloaded ? "unloaded" : "loads on its first request")
    }

    private func load(_ exchange: Exchange) {
        let name = exchange.parameters[0]
        let change: Result<BatchChange?, Fault> = plane.borrowDocument { document in
            Result { () throws(Fault) in unsafe try LoadRequest(exchange.body, document, model: name).batch }
        }
        switch change {
        case .failure(let fault): V2Error.send(exchange, .badRequest, "failed to load '\(name)', \(fault.message)")
        case .success(let change):
            guard let key = plane.catalog.newest(of: name) else {
                let text = "failed to load '\(name)', failed to poll from model repository: no such model"
                return V2Error.send(exchange, .badRequest, text)
            }
            plane.catalog.setBatching(change, of: key)
            plane.catalog.load(key, for: .serve) { result in
                exchange.reactor.post {
                    switch result {
                    case .success: exchange.respond(.ok)
                    case .failure(let fault): V2Error.send(exchange, .badRequest, "failed to load '\(name)', \(fault)")
                    }
                }
            }
        }
    }

    private func unload(_ exchange: Exchange) {
        let name = exchange.parameters[0]
        guard plane.catalog.unload(name) else {
            return V2Error.send(exchange, .badRequest, "failed to unload '\(name)', no such model")
        }
        exchange.respond(.ok)
    }
}
