internal import CKernel
package import Core
internal import Glibc

/// The memory that a caller and one engine share: a memfd with queues of slot numbers and the slots themselves.
/// It is sparse: a slot costs only the pages that requests have touched.
@safe package final class LinkMemory: @unchecked Sendable {
    package let descriptor: Int32
    package let slotCount: Int
    package let slotBytes: Int
    let link: UnsafeMutablePointer<ls_link>
    private let bytes: Int

    /// What an engine thread sleeps as.
    static let firstSleeper: UInt32 = 1
    static let otherSleeper: UInt32 = 2

    /// Pages of a slot past this mark are given back when its request ends.
    package static let keptSlotBytesMax = 16 << 20

    package init(slots: Int, slotBytes: Int, bells: Int) throws(Fault) {
        precondition((1...Int(LS_SLOTS_MAX)).contains(slots), "1 to \(LS_SLOTS_MAX) slots")
        bytes = Int(ls_link_bytes()) + slots * slotBytes
        slotCount = slots
        self.slotBytes = slotBytes
        descriptor = unsafe ls_memfd("lineside-link", UInt64(bytes))
        guard descriptor >= 0 else { throw Fault.system("making \(bytes) bytes of shared memory for an engine") }
        unsafe link = unsafe try Self.map(descriptor, bytes)
        unsafe link.pointee.slots = UInt32(slots)
        unsafe link.pointee.bells = UInt32(bells)
        unsafe link.pointee.slot_bytes = UInt64(slotBytes)
        unsafe ls_queue_init(&link.pointee.submitted)
        for bell in 0..<UInt32(bells) { unsafe ls_queue_init(ls_link_finished(link, bell)) }
        unsafe link.pointee.version = UInt32(LS_LINK_VERSION)
        unsafe link.pointee.magic = UInt32(LS_LINK_MAGIC)
    }

    /// Joins memory that the caller made.
    package init(attachedTo descriptor: Int32) throws(Fault) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_size >= Int(ls_link_bytes()) else {
            throw Fault(.invalid, "descriptor \(descriptor) is not an engine link")
        }
        self.descriptor = descriptor
        bytes = Int(status.st_size)
        unsafe link = unsafe try Self.map(descriptor, bytes)
        guard unsafe link.pointee.magic == UInt32(LS_LINK_MAGIC), unsafe link.pointee.version == UInt32(LS_LINK_VERSION)
        else {
            throw Fault(.invalid, "the engine link speaks another version", hint: "caller and engine must be one build")
        }
        slotCount = unsafe Int(link.pointee.slots)
        slotBytes = unsafe Int(link.pointee.slot_bytes)
    }

    deinit {
        unsafe munmap(link, bytes)
        close(descriptor)
    }

    private static func map(_ descriptor: Int32, _ bytes: Int) throws(Fault) -> UnsafeMutablePointer<ls_link> {
        let start = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { throw Fault.system("mapping an engine link") }
        return unsafe start.assumingMemoryBound(to: ls_link.self)
    }

    package func slot(_ index: Int) -> Slot {
        unsafe Slot(
            record: ls_link_slot(link, UInt32(index)), data: dataStart(index), capacity: slotBytes, index: index)
    }

    private func dataStart(_ index: Int) -> UnsafeMutableRawPointer {
        unsafe UnsafeMutableRawPointer(link) + Int(ls_link_bytes()) + index * slotBytes
    }

    func giveBackLargePages(of index: Int, used: Int) {
        guard used > Self.keptSlotBytesMax else { return }
        _ = unsafe ls_give_back(dataStart(index) + Self.keptSlotBytesMax, slotBytes - Self.keptSlotBytesMax)
    }

    /// The engine's letter about itself, written once before it says ready.
    package var description: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: ls_link_description(link), count: Int(LS_DESCRIPTION_BYTES))
    }
}
