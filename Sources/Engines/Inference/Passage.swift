internal import Core
internal import EngineKeeping
internal import HTTP
internal import Link

/// How one request's way through an engine ended.
enum Ending<Terms> {
    /// The slot is lent until the closure returns.
    case answered(Slot, EngineHandle, Terms)
    case refused(any Error)
    case failed(String)
    case expired
    case engineDied
    case unavailable(ModelCatalog.Finding)
}

/// One request's way: find the engine (and wait for it, if it must be loaded), fill a slot, run, answer. The deadline
/// holds from the first moment, whatever is being waited for.
///
/// Concurrency: confined to the exchange's reactor; only `prepare` may run on a worker, and it touches nothing here.
final class Passage<Terms: Sendable>: @unchecked Sendable {
    /// Fills a slot from the request's body. May run on another thread than the reactor's, so it must not read the head.
    typealias Prepare = @Sendable (EngineHandle) throws -> (Slot, Terms)

    private let exchange: Exchange
    private let plane: Plane
    private let desk: CallDesk
    private let call: Call
    private let prepare: Prepare
    private let tell: (Passage, Ending<Terms>) -> Void
    private var isOver = false
    private var terms: Terms?
    private var submitted = Instant(nanoseconds: 0)

    /// The values that a prepared slot carries from a worker back to the reactor.
    private struct Prepared: @unchecked Sendable { let result: Result<(Slot, Terms), any Error> }

    @discardableResult
    init(
        _ exchange: Exchange, _ plane: Plane, seconds: Double, prepare: @escaping Prepare,
        tell: @escaping (Passage, Ending<Terms>) -> Void
    ) {
        self.exchange = exchange
        self.plane = plane
        self.prepare = prepare
        self.tell = tell
        desk = plane.desk(of: exchange.reactor)
        var hear: (CallResult) -> Void = { _ in }
        call = Call(deadline: exchange.lastByte.advanced(by: Span64.seconds(seconds))) { hear($0) }
        hear = { [self] result in ended(result) }
        exchange.onAbandoned = { [self] in abandon() }
    }

    func start(_ finding: ModelCatalog.Finding) {
        switch finding {
        case .ready(let engine): fill(engine)
        case .absent(let key): load(key)
        default: finish(.unavailable(finding))
        }
    }

    /// Ends before it began.
    func refuse(_ error: any Error) { finish(.refused(error)) }

    /// Whoever is told of the answer keeps the slot and gives it back to its engine.
    func keepSlot() { call.keepsSlot = true }

    private func load(_ key: ModelKey) {
        desk.wait(call)
        plane.catalog.load(key, for: .use) { [self] result in
            exchange.reactor.post { [self] in
                desk.stopWaiting(call)
                guard !isOver else { return }
                switch result {
                case .success(let engine): fill(engine)
                case .failure(let fault): finish(.unavailable(.failed(fault)))
                }
            }
        }
    }

    private func fill(_ engine: EngineHandle) {
        guard unsafe exchange.body.count > PlaneSettings.inlineBodyBytesMax, exchange.attachment == nil else {
            return submit(Result { try self.prepare(engine) }, engine)
        }
        desk.wait(call)
        // At the deadline the connection goes on to its next request: the worker needs a body of its own.
        exchange.detachBody()
        exchange.reactor.workers.submit { [self] in
            let prepared = Prepared(result: Result { try self.prepare(engine) })
            exchange.reactor.post { [self] in
                exchange.returnBody()
                desk.stopWaiting(call)
                submit(prepared.result, engine)
            }
        }
    }

    private func submit(_ prepared: Result<(Slot, Terms), any Error>, _ engine: EngineHandle) {
        switch prepared {
        case .failure(let error): finish(.refused(error))
        case .success(let (slot, terms)):
            guard !isOver else { return engine.caller.putBack(slot) }
            self.terms = terms
            submitted = Instant.now
            engine.series.add(exchange.lastByte.since(exchange.firstByte), to: .read)
            engine.series.add(submitted.since(exchange.lastByte), to: .parse)
            engine.series.requests.add()
            slot.assign(bell: exchange.reactor.number)
            desk.submit(call, slot, to: engine)
        }
    }

    private func ended(_ result: CallResult) {
        switch result {
        case .answered(let slot, let engine):
            note(slot, engine)
            guard let terms else { return }
            finish(.answered(slot, engine, terms))
        case .failed(let text): finish(.failed(text))
        case .expired: finish(.expired)
        case .engineDied: finish(.engineDied)
        case .refused(let fault): finish(.refused(fault))
        }
    }

    private func note(_ slot: Slot, _ engine: EngineHandle) {
        engine.series.add(slot.started.since(slot.submitted), to: .queue)
        engine.series.add(slot.finished.since(slot.started), to: .run)
        if slot.leadsRun { engine.series.runs.add() }
        engine.series.lastAnswer.set(WallClock.milliseconds)
        let finished = slot.finished
        exchange.onSent = { engine.series.add(Instant.now.since(finished), to: .write) }
    }

    private func finish(_ ending: Ending<Terms>) {
        guard !isOver else { return }
        isOver = true
        call.forget()
        exchange.onAbandoned = nil
        tell(self, ending)
    }

    /// The client went away: its run is not worth finishing.
    private func abandon() {
        isOver = true
        call.forget()
        call.slot?.cancel()
    }
}

/// A slot that a request's body is received into. Given back unless it was used.
final class ReceivingSlot {
    let slot: Slot
    let engine: EngineHandle
    /// Where the body begins in the slot.
    let start: Int
    private var isUsed = false

    init(_ slot: Slot, _ engine: EngineHandle, start: Int) {
        self.slot = slot
        self.engine = engine
        self.start = start
    }

    deinit { if !isUsed { engine.caller.putBack(slot) } }

    /// Takes the slot over, when it belongs to the engine that will run it.
    func use(for engine: EngineHandle) -> Slot? {
        guard engine === self.engine, !isUsed else { return nil }
        isUsed = true
        return slot
    }
}
