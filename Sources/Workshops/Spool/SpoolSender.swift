package import Core

/// Sends what the spool holds: one request a turn, as `SendPlan` says.
///
/// Concurrency: confined to its lane. It holds the store only between requests, never during one.
package final class SpoolSender {
    /// Asks the endpoint with a request's body, and gives its status and its answer.
    package typealias Ask = (_ body: [UInt8], _ wall: Int64) throws(Fault) -> (status: Int, body: [UInt8])

    private let store: SharedStore
    private let settings: SpoolSettings
    private let ask: Ask
    private let chance: (UInt64) -> UInt64
    private var plan: SendPlan

    package init(
        _ store: SharedStore, _ settings: SpoolSettings,
        chance: @escaping (UInt64) -> UInt64 = { UInt64.random(in: 0...$0) }, ask: @escaping Ask
    ) {
        self.store = store
        self.settings = settings
        self.ask = ask
        self.chance = chance
        plan = SendPlan(settings)
    }

    /// What is wrong with the uplink; nil when nothing is known to be.
    package var trouble: String? { plan.trouble }

    /// Sends one request if there is something to send and it is time. Returns when to come again.
    package func turn(now: Instant, wall: Int64) throws(Fault) -> Instant {
        guard plan.mayTry(now) else { return plan.wakeAt }
        let batch = try store.run { store throws(Fault) in try store.next(plan.entriesMax, wall: wall) }
        guard !batch.isEmpty else { return try idleUntil(now, wall) }
        let verdict: SendPlan.Verdict
        do throws(Fault) {
            let answer = try ask(batch.request, wall)
            verdict = SendPlan.verdict(status: answer.status, body: answer.body, count: batch.items.count)
        } catch { verdict = .later("\(error)") }
        plan.answered(verdict, count: batch.items.count, at: now, chance: chance)
        try store.run { store throws(Fault) in
            guard case .fates(let fates) = verdict else { return store.giveBack() }
            try store.settle(batch, fates, wall: wall, chance: chance)
        }
        return plan.mayTry(now) ? now : plan.wakeAt
    }

    private func idleUntil(_ now: Instant, _ wall: Int64) throws(Fault) -> Instant {
        let due = try store.run { store throws(Fault) in try store.dueAfter(wall) }
        return due.map { now.advanced(by: UInt64($0 - wall) * Span64.millisecond) } ?? .distantFuture
    }
}
