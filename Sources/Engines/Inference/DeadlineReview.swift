package import Core
internal import Link

/// Decides which calls are over, which engines are stuck, and when to look again. Pure: ends nothing.
package struct DeadlineReview {
    private let now: Instant
    private let grace: UInt64
    package private(set) var late: [Call] = []
    package private(set) var next = Instant.distantFuture
    private var overrun = false
    private var neglected = false
    private var works = false

    package init(now: Instant, grace: UInt64) {
        self.now = now
        self.grace = grace
    }

    package mutating func beginEngine() { (overrun, neglected, works) = (false, false, false) }

    /// A run that goes on long after its deadline, or a request that nobody takes although nothing lawful is running.
    /// A request that waits behind others' long runs is late, but its engine is well.
    package var isEngineStuck: Bool { overrun || neglected && !works }

    package mutating func look(at call: Call) {
        let isRunning = call.slot?.isRunning == true
        guard call.deadline <= now else {
            works = works || isRunning
            next = min(next, call.deadline)
            return
        }
        if !call.isOver { late.append(call) }
        guard call.slot != nil else { return }
        let end = call.deadline.advanced(by: grace)
        if end > now {
            next = min(next, end)
        } else {
            if isRunning { overrun = true } else { neglected = true }
            next = min(next, now.advanced(by: grace))
        }
    }
}
