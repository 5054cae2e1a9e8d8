package import Core
package import EngineKeeping
internal import Link
internal import Process
internal import Synchronization

/// Which models there are, which of them have an engine, and which one answers the line. Loads first and swaps second,
/// so a model that fails to load never displaces one that works.
///
/// Concurrency: every field is under `state`; completions are called outside of it, on whatever thread the news came.
package final class ModelCatalog: Sendable {
    package typealias Completion = @Sendable (Result<EngineHandle, Fault>) -> Void

    package let folder: ModelFolder
    let launcher: EngineLauncher
    let book: MetricsBook
    let budget: ByteSize?
    let state = Mutex(CatalogPlan())
    /// Engines on their way, and some that have arrived.
    private let launches = Mutex<[EngineLaunch]>([])
    /// Told when an engine has died or has been put aside, so that desks let go of it.
    private let released = Mutex(Listener())

    /// A box, because a bare closure that goes in and out of generic code is wrapped once more on every trip.
    private struct Listener { var tell: @Sendable () -> Void = {} }

    package init(folder: ModelFolder, launcher: EngineLauncher, book: MetricsBook, budget: ByteSize?) {
        self.folder = folder
        self.launcher = launcher
        self.book = book
        self.budget = budget
        rescan()
    }

    package func whenReleased(_ tell: @escaping @Sendable () -> Void) { released.withLock { $0.tell = tell } }
    private func tellReleased() {
        let listener = released.withLock { $0 }
        listener.tell()
    }

    package func rescan() {
        let models = folder.models()
        state.withLock { plan in for (name, files) in models { plan.learn(name, files) } }
    }

    // MARK: finding

    package enum Finding {
        case ready(EngineHandle)
        case absent(ModelKey)
        case failed(Fault)
        case unloaded
        case unknown
    }

    /// The engine of a model, or why there is none at the moment.
    package func find(_ text: String, version: Int?) -> Finding {
        if let known = state.withLock({ $0.find(text, version, .now) }) { return known }
        guard let name = try? ModelName(parsing: text) else { return .unknown }
        let files = folder.versions(of: name)
        return state.withLock { plan in
            plan.learn(name, files)
            return plan.find(text, version, .now) ?? .unknown
        }
    }

    /// The model that answers `/infer`, `/invocations` and the health checks.
    package var active: (name: ModelName?, finding: Finding, reason: String?) {
        let (name, reason) = state.withLock { ($0.active, $0.activeFailure) }
        guard let name else { return (nil, .unknown, reason ?? "no model has been activated") }
        return (name, find(name.description, version: nil), reason)
    }

    /// Why a model's last load failed, if it did.
    package func failure(of key: ModelKey) -> Fault? { state.withLock { $0.failure(of: key) } }

    /// The figures of the active model, when it is or was loaded.
    package var activeSeries: ModelSeries? {
        guard let name = state.withLock({ $0.active }) else { return nil }
        return book.latest(of: name.description)
    }

    // MARK: loading

    /// Makes sure that a model has an engine that does what it is loaded for.
    package func load(_ key: ModelKey, for purpose: LoadPurpose, _ completion: @escaping Completion) {
        let step = state.withLock { $0.wish(key, for: purpose, completion, now: .now) }
        perform(step)
    }

    /// Says how a model's requests are batched from its next load on; nil goes back to what its metadata say.
    package func setBatching(_ batch: BatchChange?, of key: ModelKey) {
        state.withLock { $0.remember(batch, for: key) }
    }

    private func perform(_ step: CatalogPlan.Step) {
        switch step {
        case .wait: break
        case .tell(let answer): answer.tell()
        case .launch(let file): launch(file)
        }
    }

    private func launch(_ file: ModelFile) {
        makeRoom(for: ModelKey(file))
        let batch = state.withLock { $0.batch(of: ModelKey(file)) }
        let launch = launcher.launch(
            file, batchRowsMax: batch?.rowsMax, ready: { [self] result in finished(ModelKey(file), result) },
            ended: { [weak self] pid, how in self?.ended(ModelKey(file), pid, how) })
        launches.withLock { list in
            list.removeAll { $0.isOver }
            list.append(launch)
        }
    }

    private func finished(_ key: ModelKey, _ result: Result<EngineHandle, Fault>) {
        if case .failure(let fault) = result { Log.line("model \(key) did not load: \(fault)") }
        if case .success(let engine) = result { Self.announce(engine) }
        let resident = (try? result.get()).flatMap { ProcessFacts.residentBytes(of: $0.pid) }
        let (answers, next) = state.withLock { $0.finished(key, result, resident: resident ?? 0, now: .now) }
        if case .success = result, case .failure(let fault)? = answers.first(where: \.isRefusal)?.result {
            Log.line("model \(key) is not taken: \(fault)")
        }
        for answer in answers { answer.tell() }
        tellReleased()
        if let next { launch(next) }
        makeRoom(for: key)
    }

    private static func announce(_ engine: EngineHandle) {
        let description = engine.description
        let remark = description.remark.isEmpty ? "" : " (\(description.remark))"
        Log.line(
            "model \(engine.name) version \(engine.version) ready in \(description.loadNanoseconds / Span64.millisecond) ms on "
                + "\(description.provider), ONNX Runtime \(description.runtimeVersion), pid \(engine.pid)\(remark)")
    }

    private func ended(_ key: ModelKey, _ pid: Int32, _ how: String) {
        let again = state.withLock { $0.ended(key, pid: pid, now: .now) }
        tellReleased()
        guard let again else { return }
        book.engineRestarts.add()
        Log.line(
            "the engine of model \(key) (pid \(pid)) ended with \(how); starting another\(again.delay > 0 ? " in \(again.delay / Span64.millisecond) ms" : "")"
        )
        restart(key, after: again.delay)
    }

    /// Starts the next engine; the active model is tried again and again, because a balancer that trusts `/readyz` sends
    /// nothing that would.
    private func restart(_ key: ModelKey, after delay: UInt64) {
        guard delay > 0 else { return load(key, for: .use) { [self] in retry(key, $0) } }
        Lane.start("restart") { [self] in
            Pause.nanoseconds(delay)
            load(key, for: .use) { [self] in retry(key, $0) }
        }
    }

    private func retry(_ key: ModelKey, _ result: Result<EngineHandle, Fault>) {
        guard case .failure = result, state.withLock({ $0.active == key.name }) else { return }
        restart(key, after: 2 * Span64.second)
    }

    /// Puts the least recently used idle engines aside until the budget holds, the newcomer's likely size included.
    private func makeRoom(for key: ModelKey) {
        guard let budget else { return }
        let sizes = state.withLock { $0.currentPids }.reduce(into: [Int32: Int]()) { sizes, pid in
            sizes[pid] = ProcessFacts.residentBytes(of: pid) ?? 0
        }
        let gone = state.withLock { $0.evict(for: key, budget: budget.bytes, sizes: sizes) }
        for name in gone { Log.line("model \(name) put aside: the memory budget of \(budget) is reached") }
        if !gone.isEmpty { tellReleased() }
    }

    // MARK: changing

    package enum ReloadFailure: Error { case notFound(path: String), broken(Fault) }

    /// Starts a fresh engine for `name` and, when it is warm, makes it the active one. The old one finishes what it has.
    package func reload(
        _ name: ModelName, _ completion: @escaping @Sendable (Result<EngineHandle, ReloadFailure>) -> Void
    ) {
        let files = folder.versions(of: name)
        guard let newest = files.last else {
            book.failedReloads.add()
            return completion(.failure(.notFound(path: folder.artifactPath(of: name))))
        }
        state.withLock { $0.learn(name, files) }
        load(ModelKey(newest), for: .activate) { [self] result in
            switch result {
            case .failure(let fault):
                book.failedReloads.add()
                completion(.failure(.broken(fault)))
            case .success(let engine):
                book.reloads.add()
                completion(.success(engine))
            }
        }
    }

    /// The newest version that lies in the folder now, for a load that names none.
    package func newest(of text: String) -> ModelKey? {
        guard let name = try? ModelName(parsing: text), let newest = folder.versions(of: name).last else { return nil }
        state.withLock { $0.learn(name, folder.versions(of: name)) }
        return ModelKey(newest)
    }

    /// Chooses the active model at start; what is wrong with it is remembered for the health checks.
    package func activateAtStart(_ name: ModelName, _ completion: @escaping @Sendable () -> Void) {
        let files = folder.versions(of: name)
        guard let newest = files.last else {
            state.withLock { $0.activeFailure = "Model artifact not found: \(folder.artifactPath(of: name))" }
            return completion()
        }
        state.withLock { plan in
            plan.learn(name, files)
            plan.active = name
        }
        load(ModelKey(newest), for: .use) { [self] result in
            if case .failure(let fault) = result { state.withLock { $0.activeFailure = fault.description } }
            completion()
        }
    }

    /// Lets a model go until someone loads it again; false when there is no such model.
    package func unload(_ name: String) -> Bool {
        let known = state.withLock { $0.unload(name) }
        tellReleased()
        return known
    }

    /// Every version of every model, for indexes and figures.
    package func index() -> [ModelStanding] {
        rescan()
        return state.withLock { $0.standings }
    }

    /// Ends all engines, those that are still loading too.
    package func shutDown() {
        state.withLock { $0.releaseAll() }
        for launch in launches.withLock({ $0 }) { launch.callOff() }
        tellReleased()
    }
}
