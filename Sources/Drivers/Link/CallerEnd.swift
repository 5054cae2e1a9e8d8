internal import CKernel
internal import Core
internal import Synchronization

/// The side that asks: takes a slot, fills it, submits it, and collects it when its bell rings.
///
/// Concurrency: `take`, `submit` and `putBack` may be called by any thread; `collect` of bell n by its owner alone.
package final class CallerEnd: Sendable {
    package let memory: LinkMemory
    private let free: Mutex<[Int]>

    package init(memory: LinkMemory) {
        self.memory = memory
        free = Mutex(Array((0..<memory.slotCount).reversed()))
    }

    /// The most recently used free slot, whose pages are warm; nil when every slot is in use.
    package func take(bell: Int) -> Slot? {
        guard let index = free.withLock({ $0.popLast() }) else { return nil }
        let slot = memory.slot(index)
        slot.reset(bell: bell)
        return slot
    }

    package func putBack(_ slot: Slot) {
        unsafe memory.giveBackLargePages(of: slot.index, used: Int(slot.record.pointee.used_bytes))
        free.withLock { $0.append(slot.index) }
    }

    package var inUse: Int { memory.slotCount - free.withLock { $0.count } }

    /// False when the engine does not take it: the caller keeps the slot.
    package func submit(_ slot: Slot) -> Bool {
        unsafe slot.record.pointee.submitted_ns = ls_now()
        slot.wait()
        // There is a cell for every slot, but an engine thread that was stopped in the middle of taking one holds it.
        var tries = 0
        while unsafe !ls_queue_push(&memory.link.pointee.submitted, UInt32(slot.index)) {
            tries += 1
            if tries > Self.triesMax { return false }
            ls_pause()
        }
        // The push must be visible before we look for sleepers; they look the other way round.
        ls_fence()
        guard unsafe ls_load(&memory.link.pointee.sleepers) > 0 else { return true }
        _ = unsafe ls_add(&memory.link.pointee.work, 1)
        // The first engine thread, if it sleeps: a lone request then finds its core's cache as the one before it left it.
        // Otherwise whoever sleeps longest.
        if unsafe ls_futex_wake_one(&memory.link.pointee.work, LinkMemory.firstSleeper) == 0 {
            _ = unsafe ls_futex_wake(&memory.link.pointee.work, 1)
        }
        return true
    }
    private static let triesMax = 1_000_000

    /// The next finished request of this bell.
    package func collect(bell: Int) -> Slot? {
        var index: UInt32 = 0
        guard unsafe ls_queue_pop(ls_link_finished(memory.link, UInt32(bell)), &index), index < memory.slotCount else {
            return nil
        }
        return memory.slot(Int(index))
    }

    package func hasFinished(bell: Int) -> Bool { unsafe !ls_queue_empty(ls_link_finished(memory.link, UInt32(bell))) }
}
