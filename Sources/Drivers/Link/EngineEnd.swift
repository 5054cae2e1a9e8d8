internal import CKernel
package import Core

/// The side that answers: engine threads take submitted slots and hand them back finished.
package final class EngineEnd: Sendable {
    package let memory: LinkMemory
    private let bells: Bells
    /// How long an engine thread looks for work before it sleeps: a sleep and a wake cost more than a short look.
    private let lookNanoseconds: UInt64
    private let sleeper: UInt32

    /// The end of one engine thread; one of them is the first, and is woken before the others.
    package init(memory: LinkMemory, bells: Bells, lookNanoseconds: UInt64, isFirst: Bool) {
        self.memory = memory
        self.bells = bells
        self.lookNanoseconds = lookNanoseconds
        sleeper = isFirst ? LinkMemory.firstSleeper : LinkMemory.otherSleeper
    }

    /// Waits for the next request; nil when `deadline` passes first.
    package func next(until deadline: Instant? = nil) -> Slot? {
        while true {
            if let slot = tryNext() ?? look() { return slot }
            if let deadline, deadline <= Instant.now { return nil }
            sleep(until: deadline)
        }
    }

    package func tryNext() -> Slot? {
        var index: UInt32 = 0
        guard unsafe ls_queue_pop(&memory.link.pointee.submitted, &index) else { return nil }
        return memory.slot(Int(index))
    }

    private func look() -> Slot? {
        guard lookNanoseconds > 0 else { return nil }
        let end = ls_now() + lookNanoseconds
        repeat {
            for _ in 0..<32 {
                if unsafe !ls_queue_empty(&memory.link.pointee.submitted), let slot = tryNext() { return slot }
                ls_pause()
            }
        } while ls_now() < end
        return nil
    }

    private func sleep(until deadline: Instant?) {
        _ = unsafe ls_add(&memory.link.pointee.sleepers, 1)
        let seen = unsafe ls_load(&memory.link.pointee.work)
        if unsafe ls_queue_empty(&memory.link.pointee.submitted) {
            _ = unsafe ls_futex_wait_as(&memory.link.pointee.work, seen, deadline?.nanoseconds ?? 0, sleeper)
        }
        _ = unsafe ls_sub(&memory.link.pointee.sleepers, 1)
    }

    package func finish(_ slot: Slot) {
        unsafe slot.record.pointee.finished_ns = ls_now()
        unsafe ls_store(&slot.record.pointee.state, UInt32(LS_DONE))
        let bell = unsafe Int(slot.record.pointee.bell)
        let pushed = unsafe ls_queue_push(ls_link_finished(memory.link, UInt32(bell)), UInt32(slot.index))
        precondition(pushed, "the queue has a place for every slot")
        bells.ring(bell)
    }
}
