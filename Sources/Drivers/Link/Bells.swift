internal import CKernel
package import Core
internal import Glibc

/// How engines wake the threads that wait for them: each waiting thread owns one bell, an eventfd that is written only
/// while its owner sleeps. One page of memory, shared with every engine, says who sleeps.
///
/// Concurrency: bell n's `sleep`/`wake` belong to its owner; `ring` may be called by anyone.
@safe package final class Bells: @unchecked Sendable {
    package let memory: Int32
    package let descriptors: [Int32]
    private let shared: UnsafeMutablePointer<ls_bells>

    /// Makes `count` bells.
    package convenience init(count: Int) throws(Fault) {
        precondition(count <= Int(LS_BELLS_MAX), "at most \(LS_BELLS_MAX) bells")
        let memory = unsafe ls_memfd("lineside-bells", UInt64(MemoryLayout<ls_bells>.size))
        guard memory >= 0 else { throw Fault.system("making shared memory for bells") }
        var descriptors: [Int32] = []
        for _ in 0..<count {
            let bell = ls_eventfd()
            guard bell >= 0 else { throw Fault.system("making a bell") }
            descriptors.append(bell)
        }
        try self.init(memory: memory, descriptors: descriptors)
    }

    /// Joins the bells that another process made.
    package init(memory: Int32, descriptors: [Int32]) throws(Fault) {
        self.memory = memory
        self.descriptors = descriptors
        let bytes = MemoryLayout<ls_bells>.size
        let start = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { throw Fault.system("mapping the bells") }
        unsafe shared = unsafe start.assumingMemoryBound(to: ls_bells.self)
    }

    deinit {
        unsafe munmap(shared, MemoryLayout<ls_bells>.size)
        for descriptor in descriptors + [memory] { close(descriptor) }
    }

    /// From here on a ring writes the eventfd. The owner looks once more for letters before it really sleeps.
    package func fallAsleep(_ bell: Int) { _ = unsafe ls_exchange(ls_bell_asleep(shared, UInt32(bell)), 1) }

    package func wakeUp(_ bell: Int) { unsafe ls_store(ls_bell_asleep(shared, UInt32(bell)), 0) }

    package func ring(_ bell: Int) {
        ls_fence()
        guard unsafe ls_load(ls_bell_asleep(shared, UInt32(bell))) == 1,
            unsafe ls_exchange(ls_bell_asleep(shared, UInt32(bell)), 0) == 1
        else { return }
        var one: UInt64 = 1
        _ = unsafe write(descriptors[bell], &one, 8)
    }

    /// Forgets rings that have been heard.
    package func silence(_ bell: Int) {
        var count: UInt64 = 0
        _ = unsafe read(descriptors[bell], &count, 8)
    }
}
