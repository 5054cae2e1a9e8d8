package import Core
package import EngineKeeping
internal import HTTP
package import Link
internal import Process

/// A reactor's side of all engines: keeps the calls that are inside, collects answers, and minds deadlines. The caller
/// is answered at the deadline whatever the engine does; an engine that then keeps the slot is told, and in the end killed.
///
/// Concurrency: confined to its reactor's thread.
package final class CallDesk: ReactorGuest {
    /// How long after its deadline a run may take to stop before its engine is replaced.
    private static let graceNanoseconds = Span64.second
    /// An answer is looked for from this long before it is due (waking up takes most of it) ...
    private static let leadNanoseconds: UInt64 = 120_000
    /// ... until this long after it was,
    private static let lookNanoseconds: UInt64 = 60_000
    /// unless the run is so long that its time is hard to foretell.
    private static let foreseeableRunNanoseconds = 20 * Span64.millisecond

    private final class Station {
        let engine: EngineHandle
        var calls: [Call?]
        var count = 0
        var lastSubmitted = Instant(nanoseconds: 0)
        init(_ engine: EngineHandle) {
            self.engine = engine
            calls = Array(repeating: nil, count: engine.caller.memory.slotCount)
        }
    }

    private let bell: Int
    private let bells: Bells
    private var stations: [Station] = []
    private var waiting: [Call] = []
    package private(set) var nextDeadline = Instant.distantFuture
    private let mayLook: Bool

    package init(bell: Int, bells: Bells) {
        self.bell = bell
        self.bells = bells
        mayLook = ProcessFacts.processorCount > 1
    }

    // MARK: calls

    /// An empty slot of the engine, to receive a body in place. Half of the slots are kept for requests that are complete.
    package func takeSlot(of engine: EngineHandle) -> Slot? {
        engine.isDead || engine.caller.inUse >= engine.caller.memory.slotCount / 2
            ? nil : engine.caller.take(bell: bell)
    }

    /// Sends a filled slot on its way.
    package func submit(_ call: Call, _ slot: Slot, to engine: EngineHandle) {
        guard !engine.isDead else {
            engine.caller.putBack(slot)
            return call.end(.engineDied)
        }
        let station = station(of: engine)
        slot.deadline = call.deadline
        call.slot = slot
        station.calls[slot.index] = call
        station.count += 1
        station.lastSubmitted = .now
        nextDeadline = min(nextDeadline, call.deadline)
        guard engine.caller.submit(slot) else {
            station.calls[slot.index] = nil
            station.count -= 1
            engine.kill()
            return call.end(.engineDied)
        }
    }

    /// Minds the deadline of a call whose engine is not there yet.
    package func wait(_ call: Call) {
        waiting.append(call)
        nextDeadline = min(nextDeadline, call.deadline)
    }

    package func stopWaiting(_ call: Call) { waiting.removeAll { $0 === call } }

    private func station(of engine: EngineHandle) -> Station {
        if let known = stations.first(where: { $0.engine === engine }) { return known }
        let fresh = Station(engine)
        stations.append(fresh)
        return fresh
    }

    /// Lets go of engines that were retired and have nothing left inside.
    package func prune() {
        for station in stations where station.engine.isDead { failAll(station) }
        stations.removeAll { $0.count == 0 && ($0.engine.isRetired || $0.engine.isDead) }
    }

    private func failAll(_ station: Station) {
        _ = collect(station)
        for place in station.calls.indices {
            guard let call = station.calls[place] else { continue }
            station.calls[place] = nil
            station.count -= 1
            call.end(.engineDied)
        }
    }

    // MARK: ReactorGuest

    package var descriptor: Int32 { bells.descriptors[bell] }
    package func silence() { bells.silence(bell) }

    /// Only a lone request is looked for: with more, the cores have better things to do.
    package var expected: Range<Instant>? {
        guard mayLook, let busy = stations.first(where: { $0.count > 0 }), busy.count == 1 else { return nil }
        let typical = busy.engine.typicalRun
        guard typical < Self.foreseeableRunNanoseconds else { return nil }
        let lead = typical > Self.leadNanoseconds ? typical - Self.leadNanoseconds : 0
        return busy.lastSubmitted.advanced(by: lead)..<busy.lastSubmitted.advanced(by: typical + Self.lookNanoseconds)
    }

    package func fallAsleep() -> Bool {
        bells.fallAsleep(bell)
        for station in stations where station.count > 0 && station.engine.caller.hasFinished(bell: bell) {
            bells.wakeUp(bell)
            return false
        }
        return true
    }

    package func wakeUp() { bells.wakeUp(bell) }

    package func work() -> Bool {
        var worked = false
        var needsPruning = false
        for place in stations.indices {
            let station = stations[place]
            if station.count > 0 { worked = collect(station) || worked }
            if station.count == 0 && station.engine.isRetired { needsPruning = true }
        }
        if needsPruning { prune() }
        if nextDeadline != .distantFuture, nextDeadline <= Instant.now { worked = expire() || worked }
        return worked
    }

    private func collect(_ station: Station) -> Bool {
        var worked = false
        while let slot = station.engine.caller.collect(bell: bell) {
            worked = true
            let call = station.calls[slot.index]
            station.calls[slot.index] = nil
            station.count -= 1
            if let call, !call.isOver { answer(call, slot, station.engine) }
            if call?.keepsSlot != true { station.engine.caller.putBack(slot) }
        }
        return worked
    }

    private func answer(_ call: Call, _ slot: Slot, _ engine: EngineHandle) {
        switch slot.outcome {
        case .completed where !slot.isSound(outputs: engine.signature.outputs.count):
            engine.kill()
            call.end(.engineDied)
        case .completed:
            engine.noteRun(slot.finished.since(slot.started))
            call.end(.answered(slot, engine))
        case .failed: call.end(.failed(slot.message))
        case .expired: call.end(.expired)
        }
    }

    /// Ends calls whose time is up, and engines that do not let go of one.
    private func expire() -> Bool {
        let now = Instant.now
        var review = DeadlineReview(now: now, grace: Self.graceNanoseconds)
        for station in stations where station.count > 0 {
            review.beginEngine()
            for call in station.calls { if let call { review.look(at: call) } }
            if review.isEngineStuck, !station.engine.isDead { station.engine.kill() }
        }
        for call in waiting { review.look(at: call) }
        waiting.removeAll { $0.deadline <= now }
        nextDeadline = review.next
        for call in review.late {
            call.slot?.cancel()
            call.end(.expired)
        }
        return !review.late.isEmpty
    }
}
