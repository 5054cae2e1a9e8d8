package import Core
package import EngineKeeping
internal import Link

/// A model and its version.
package struct ModelKey: Hashable, Sendable, CustomStringConvertible {
    package let name: ModelName
    package let version: Int

    package init(name: ModelName, version: Int) {
        self.name = name
        self.version = version
    }

    package init(_ file: ModelFile) { self.init(name: file.name, version: file.version) }
    package var description: String { "\(name) version \(version)" }
}

/// One line of the repository's index.
package struct ModelStanding: Sendable {
    package let key: ModelKey
    package let engine: EngineHandle?
    package let isLoading: Bool
    package let isUnloaded: Bool
    package let failure: Fault?
    package let restarts: Int
}

/// Decides which engines there should be. Pure: starts nothing, waits for nothing, reads no clock.
package struct CatalogPlan {
    /// Engines loading at a time: loading is what cores are shortest of. What the line waits for is not counted.
    package static let loadsMax = 2
    /// A model that failed to load is not tried again sooner, except when asked to by name.
    package static let retryNanoseconds = Span64.second
    /// Waits before the next engine of a model whose engines keep ending, by the number of ends in a minute. A request
    /// that needs the engine does not wait for it.
    package static let restartDelays: [UInt64] = [0, 0, 0, 100, 250, 500].map { $0 * Span64.millisecond }

    struct Shelf {
        var file: ModelFile
        var current: EngineHandle?
        var isLoading = false
        var waiters: [Waiter] = []
        /// Wishes for a fresh engine that came while one was loading: the next load answers them.
        var freshWaiters: [Waiter] = []
        var failure: Fault?
        var failedAt = Instant(nanoseconds: 0)
        var lastUsed = Instant(nanoseconds: 0)
        var isUnloaded = false
        var resident = 0
        var ends: [Instant] = []
        var restarts = 0
        /// How requests are batched, when a load said otherwise than the metadata.
        var batch: BatchChange?
    }

    /// How long to wait before an engine that ended is replaced.
    package struct Restart { package let delay: UInt64 }

    package init() {}

    package enum Step {
        case wait
        case tell(LoadAnswer)
        case launch(ModelFile)
    }

    private(set) var shelves: [String: [Shelf]] = [:]
    /// The version that answers when a request names none: the one that was loaded on purpose, not the newest on disk.
    private var served: [String: Int] = [:]
    package var active: ModelName?
    var activeFailure: String?
    private var loading = 0
    private var queue: [ModelKey] = []

    // MARK: knowing

    /// Takes note of the versions that lie in the folder; engines of vanished files stay until they are replaced.
    package mutating func learn(_ name: ModelName, _ files: [ModelFile]) {
        var known = shelves[name.description] ?? []
        for file in files {
            if let place = known.firstIndex(where: { $0.file.version == file.version }) {
                known[place].file = file
            } else {
                known.append(Shelf(file: file))
            }
        }
        known.removeAll { shelf in
            shelf.current == nil && !shelf.isLoading && !files.contains { $0.version == shelf.file.version }
        }
        known.sort { $0.file.version < $1.file.version }
        shelves[name.description] = known.isEmpty ? nil : known
    }

    private func place(_ key: ModelKey) -> Int? {
        shelves[key.name.description]?.firstIndex { $0.file.version == key.version }
    }

    private mutating func change<Result>(_ key: ModelKey, _ body: (inout Shelf) -> Result) -> Result? {
        guard let place = place(key) else { return nil }
        return body(&shelves[key.name.description, default: []][place])
    }

    /// nil when the name or the version is not known.
    package mutating func find(_ name: String, _ version: Int?, _ now: Instant) -> ModelCatalog.Finding? {
        guard let known = shelves[name] else { return nil }
        let served = (version ?? served[name]).flatMap { wanted in known.firstIndex { $0.file.version == wanted } }
        guard let place = version == nil ? served ?? known.indices.last : served else { return nil }
        let shelf = known[place]
        if let engine = shelf.current, !engine.isDead {
            shelves[name]?[place].lastUsed = now
            return .ready(engine)
        }
        if shelf.isUnloaded { return .unloaded }
        return .absent(ModelKey(shelf.file))
    }

    package mutating func failure(of key: ModelKey) -> Fault? { change(key) { $0.failure }.flatMap { $0 } }
    mutating func remember(_ batch: BatchChange?, for key: ModelKey) { _ = change(key) { $0.batch = batch } }
    mutating func batch(of key: ModelKey) -> BatchChange? { change(key) { $0.batch }.flatMap { $0 } }

    // MARK: loading

    package mutating func wish(
        _ key: ModelKey, for purpose: LoadPurpose, _ completion: @escaping ModelCatalog.Completion, now: Instant
    )
        -> Step
    {
        func tell(_ result: Result<EngineHandle, Fault>) -> Step {
            .tell(LoadAnswer(completion: completion, result: result))
        }
        guard place(key) != nil else {
            return tell(.failure(Fault(.notFound, "Request for unknown model: '\(key.name)' is not found")))
        }
        let waiter = Waiter(purpose: purpose, completion: completion)
        let step = change(key) { shelf -> Step? in
            if purpose.wantsFresh { shelf.isUnloaded = false }
            if shelf.isUnloaded { return tell(.failure(Self.unloaded(key))) }
            if !purpose.wantsFresh, let engine = shelf.current, !engine.isDead { return tell(.success(engine)) }
            if !purpose.wantsFresh, let failure = shelf.failure, now.since(shelf.failedAt) < Self.retryNanoseconds {
                return tell(.failure(failure))
            }
            if shelf.isLoading {
                if purpose.wantsFresh { shelf.freshWaiters.append(waiter) } else { shelf.waiters.append(waiter) }
                return .wait
            }
            shelf.isLoading = true
            shelf.waiters.append(waiter)
            return nil
        }
        return step.flatMap { $0 } ?? enqueue(key)
    }

    private static func unloaded(_ key: ModelKey) -> Fault { Fault(.unavailable, "model \(key) was unloaded") }

    private mutating func enqueue(_ key: ModelKey) -> Step {
        guard loading < Self.loadsMax || isUrgent(key), let file = change(key, { $0.file }) else {
            queue.append(key)
            return .wait
        }
        loading += 1
        return .launch(file)
    }

    /// Whether the line waits for it: then nothing that loads beside it may hold it up.
    private func isUrgent(_ key: ModelKey) -> Bool {
        let name = key.name.description
        if key.name == active, (served[name] ?? key.version) == key.version { return true }
        return place(key).map { shelves[name]?[$0].waiters.contains { $0.purpose == .activate } == true } ?? false
    }

    /// Takes note of how a load ended; returns who waited for it and what they are told, and what to load next.
    package mutating func finished(
        _ key: ModelKey, _ result: Result<EngineHandle, Fault>, resident: Int, now: Instant
    ) -> ([LoadAnswer], next: ModelFile?) {
        loading -= 1
        let waiters = change(key) { shelf -> [Waiter] in
            defer { shelf.waiters = shelf.freshWaiters; shelf.freshWaiters = [] }
            shelf.isLoading = !shelf.freshWaiters.isEmpty
            return shelf.waiters
        }
        let answers: [LoadAnswer]
        switch result {
        case .success(let engine): answers = take(engine, as: key, for: waiters ?? [], resident: resident, now: now)
        case .failure(let fault):
            _ = change(key) { shelf in
                shelf.failure = fault
                shelf.failedAt = now
            }
            answers = (waiters ?? []).map { LoadAnswer(completion: $0.completion, result: result) }
        }
        if change(key, { $0.isLoading }) == true { queue.insert(key, at: isUrgent(key) ? 0 : queue.count) }
        return (answers, nextLoad())
    }

    private mutating func nextLoad() -> ModelFile? {
        guard let next = queue.first, loading < Self.loadsMax || isUrgent(next) else { return nil }
        queue.removeFirst()
        loading += 1
        return change(next) { $0.file }
    }

    /// Puts a loaded engine where those who waited for it want it. One that will do for none of them changes nothing.
    private mutating func take(
        _ engine: EngineHandle, as key: ModelKey, for waiters: [Waiter], resident: Int, now: Instant
    ) -> [LoadAnswer] {
        let isActive = active == key.name
        let present = answering(key.name)
        let refusals = waiters.map { $0.purpose.refusal(of: engine, insteadOf: present, isActive: isActive) }
        func answers(_ result: Result<EngineHandle, Fault>) -> [LoadAnswer] {
            zip(waiters, refusals).map { waiter, refusal in
                LoadAnswer(completion: waiter.completion, result: refusal.map { .failure($0) } ?? result)
            }
        }
        guard let shelf = change(key, { $0 }), !shelf.isUnloaded else {
            engine.retire()
            return answers(.failure(Self.unloaded(key)))
        }
        let accepting = zip(waiters, refusals).compactMap { $1 == nil ? $0.purpose : nil }
        if let kept = shelf.current, !kept.isDead, !accepting.contains(where: \.wantsFresh) {
            engine.retire()
            return answers(.success(kept))
        }
        guard waiters.isEmpty || !accepting.isEmpty else {
            engine.retire()
            return answers(.success(engine))
        }
        _ = change(key) { shelf in
            shelf.current?.retire()
            shelf.current = engine
            shelf.failure = nil
            shelf.lastUsed = now
            shelf.resident = resident
        }
        settle(key, for: accepting)
        return answers(.success(engine))
    }

    /// The engine that a request without a version gets.
    private func answering(_ name: ModelName) -> EngineHandle? {
        let known = shelves[name.description] ?? []
        let shelf = known.first { $0.file.version == served[name.description] } ?? known.last
        return shelf?.current.flatMap { $0.isDead ? nil : $0 }
    }

    /// Makes a loaded engine what it was loaded for. One that somebody merely asked for answers for its name only where
    /// that name would have led to it: who names a version chooses for nobody else.
    private mutating func settle(_ key: ModelKey, for purposes: [LoadPurpose]) {
        let name = key.name.description
        if purposes.contains(.activate) {
            activate(key)
        } else if purposes.contains(.serve) {
            serve(key)
        } else if served[name] == nil, shelves[name]?.last?.file.version == key.version {
            served[name] = key.version
        }
        if active == key.name { activeFailure = nil }
    }

    /// Takes note of an engine's end; when it was the current one, says how long to wait before the next.
    package mutating func ended(_ key: ModelKey, pid: Int32, now: Instant) -> Restart? {
        let delay = change(key) { shelf -> UInt64? in
            guard shelf.current?.pid == pid else { return nil }
            shelf.current = nil
            shelf.restarts += 1
            shelf.ends = shelf.ends.filter { now.since($0) < 60 * Span64.second } + [now]
            return Self.restartDelays[min(shelf.ends.count, Self.restartDelays.count) - 1]
        }
        return delay.flatMap { $0 }.map(Restart.init)
    }

    // MARK: letting go

    /// Makes one version the answer of its name; engines of its other versions have nothing left to answer.
    private mutating func serve(_ key: ModelKey) {
        let name = key.name.description
        for place in (shelves[name] ?? []).indices where shelves[name]?[place].file.version != key.version {
            shelves[name]?[place].current?.retire()
            shelves[name]?[place].current = nil
        }
        served[name] = key.version
    }

    private mutating func activate(_ key: ModelKey) {
        if let old = active, old != key.name { release(old.description) }
        serve(key)
        active = key.name
        activeFailure = nil
    }

    private mutating func release(_ name: String) {
        for place in (shelves[name] ?? []).indices {
            shelves[name]?[place].current?.retire()
            shelves[name]?[place].current = nil
        }
    }

    package mutating func unload(_ name: String) -> Bool {
        guard let known = shelves[name] else { return false }
        release(name)
        for place in known.indices { shelves[name]?[place].isUnloaded = true }
        return true
    }

    /// Lets everything go, what is still loading too.
    mutating func releaseAll() { for name in Array(shelves.keys) { _ = unload(name) } }

    var currentPids: [Int32] { shelves.values.flatMap { $0.compactMap { $0.current?.pid } } }

    /// Puts idle engines aside, least recently used first, until `budget` holds together with the newcomer.
    package mutating func evict(for key: ModelKey, budget: Int, sizes: [Int32: Int]) -> [String] {
        let known = sizes.values.reduce(0, +)
        let typical = sizes.isEmpty ? 0 : known / sizes.count
        let newcomer = change(key) { $0.current == nil ? max($0.resident, typical) : 0 } ?? 0
        // Others that are loading beside it will want as much.
        var total = known + newcomer + max(0, loading - 1) * typical
        var gone: [String] = []
        let candidates = shelves.values.flatMap { $0 }.filter { shelf in
            shelf.current.map { $0.caller.inUse == 0 } == true && ModelKey(shelf.file) != key
                && shelf.file.name != active
        }
        for shelf in candidates.sorted(by: { $0.lastUsed < $1.lastUsed }) {
            guard total > budget, let engine = shelf.current else { break }
            total -= sizes[engine.pid] ?? 0
            engine.retire()
            _ = change(ModelKey(shelf.file)) { $0.current = nil }
            gone.append("\(shelf.file.name)")
        }
        return gone
    }

    package var standings: [ModelStanding] {
        shelves.sorted { $0.key < $1.key }.flatMap { _, list in
            list.map { shelf in
                ModelStanding(
                    key: ModelKey(shelf.file), engine: shelf.current, isLoading: shelf.isLoading,
                    isUnloaded: shelf.isUnloaded,
                    failure: shelf.failure, restarts: shelf.restarts)
            }
        }
    }
}
