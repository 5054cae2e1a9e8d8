internal import Core
internal import EngineKeeping
internal import Glibc
internal import HTTP
internal import Inference
internal import Link
internal import Process

/// `lineside serve`: one command from an ONNX file to a server.
enum ServeVerb {
    static let verb = Verb(
        name: "serve", summary: "serve a model file, a folder of models or a model.tar.gz over HTTP",
        usage: "serve [MODEL.onnx | FOLDER | model.tar.gz] [OPTIONS]", flags: ServeOptions.flags,
        notes: """
            Environment: MODEL_DIR=/opt/models ACTIVE_MODEL=defect-detector-v17 ORT_THREADS=2 METRICS_PORT=9100
                         INFER_TIMEOUT_S=0.040 TENSOR_MIN=0.0 TENSOR_MAX=1.0; LINESIDE_ONNXRUNTIME names the runtime's library.
            Doors:       POST /infer /reload-model  GET /healthz /readyz         the inspection contract
                         POST /invocations  GET /ping                            the SageMaker container contract
                         /v2/...                                                 the Open Inference Protocol (Triton, KServe)
                         GET /metrics /openapi.json
            The contract is in docs/spec/serve.md.
            """, run: run)

    private static func run(_ words: Options) throws -> Int32 {
        let options = try ServeOptions(words, processors: ProcessFacts.processorCount)
        Signals.block()
        ProcessFacts.raiseFileLimit()
        let source = try ModelSource(options)
        defer { source.cleanUp() }
        if words.has("print-config") {
            let configuration = ServeConfiguration(options, source: source)
            Verbs.say(options.wantsJSON ? configuration.json : configuration.text)
            return ExitCode.ok
        }
        let house = try ServeHouse(options, source)
        house.open()
        house.announce()
        let signal = Signals.waitForStop()
        Log.line("\(signal == SIGINT ? "interrupted" : "asked to stop"): finishing what is in progress")
        house.close()
        return ExitCode.ok
    }
}

/// The rooms of `serve`, introduced to each other.
private struct ServeHouse {
    private static let drainNanoseconds = 10 * Span64.second

    let options: ServeOptions
    let source: ModelSource
    let catalog: ModelCatalog
    let plane: Plane
    let server: Server
    let metricsServer: Server?

    init(_ options: ServeOptions, _ source: ModelSource) throws {
        self.options = options
        self.source = source
        var settings = EngineSettings()
        settings.command =
            try RuntimeLocator.engineCommand() + SessionFlags.words(options.session, instances: options.instances)
        settings.batchRowsMax = options.batchRowsMax
        settings.batchDelayMicroseconds = options.batchDelayMicroseconds
        // Room for the largest body, its tensors once more when they must be moved, and the answer.
        settings.slotBytes = (options.limits.bodyBytesMax * 2 / 4096 + 16_384) * 4096
        let bells = try Bells(count: options.reactors)
        let book = MetricsBook()
        let launcher = EngineLauncher(settings: settings, bells: bells, book: book)
        catalog = ModelCatalog(folder: source.folder, launcher: launcher, book: book, budget: options.budget)
        plane = Plane(catalog: catalog, book: book, settings: options.plane)
        let workers = WorkerPool("worker", threads: max(1, ProcessFacts.processorCount - 1))
        let service = ServiceDoor(plane)
        let routes =
            OpenInferenceDoor(plane).routes + InspectionDoor(plane).routes + ContainerDoor(plane).routes
            + RepositoryDoor(plane).routes + [service.metricsRoute]
        var plan = ServerPlan(router: Router(routes + [service.openAPIRoute(describing: routes)]), workers: workers)
        plan.host = options.host
        plan.port = options.port
        plan.limits = options.limits
        plan.tls = options.tls
        plan.token = options.token
        server = try Server(plan, reactors: options.reactors)
        plane.furnish(server.reactors, bells: bells)
        metricsServer = try Self.metricsServer(options, service, workers)
    }

    private static func metricsServer(_ options: ServeOptions, _ service: ServiceDoor, _ workers: WorkerPool) throws
        -> Server?
    {
        guard options.metricsPort > 0 else { return nil }
        var plan = ServerPlan(router: Router([service.metricsRoute]), workers: workers)
        plan.host = options.host
        plan.port = options.metricsPort
        do throws(Fault) { return try Server(plan, reactors: 1) } catch {
            let why =
                "the metrics port \(options.metricsPort) cannot be used (\(error.message)); Prometheus' node_exporter has 9100 by default"
            guard !options.metricsPortIsGiven else {
                throw Fault(
                    .unavailable, why, hint: "choose another with METRICS_PORT or --metrics-port, or 0 for none")
            }
            Log.line("\(why): /metrics is only on the main port; choose another with METRICS_PORT")
            return nil
        }
    }

    func open() {
        server.start()
        metricsServer?.start()
        guard let name = try? source.active(options) else { return }
        let ready = Flagpole()
        catalog.activateAtStart(name) { ready.raise() }
        ready.wait()
        if options.preload { preload() }
    }

    private func preload() {
        for standing in catalog.index() where standing.engine == nil {
            let ready = Flagpole()
            catalog.load(standing.key, for: .use) { _ in ready.raise() }
            ready.wait()
        }
    }

    func announce() {
        let scheme = options.tls == nil ? "http" : "https"
        let host = options.host.contains(":") ? "[\(options.host)]" : options.host
        let url = "\(scheme)://\(host):\(server.port)"
        let active = catalog.active
        let metrics = metricsServer.map { "http://\(host):\($0.port)/metrics" }
        if case .ready(let engine) = active.finding {
            ServeGreeting(url: url, metrics: metrics, engine: engine, options: options).say()
        } else {
            let reason = active.reason ?? "none was named; choose one with --active"
            Log.line("no model is active: \(reason)")
            ServeGreeting(url: url, metrics: metrics, engine: nil, options: options).say()
        }
    }

    func close() {
        server.drain(until: Instant.now.advanced(by: Self.drainNanoseconds))
        metricsServer?.drain(until: Instant.now.advanced(by: Span64.second))
        catalog.shutDown()
    }
}
