internal import CKernel
package import Core
internal import Glibc

/// The camera process's end of a ring. It never waits for a reader.
///
/// Concurrency: belongs to one thread; only `awaitPull` is for another.
package final class FrameRingWriter: Sendable {
    package let ring: FrameRing

    package init(_ ring: FrameRing) { self.ring = ring }

    /// Copies a frame into the next cell and tells the readers; false when it is larger than a cell, which is counted.
    package func publish(_ facts: FrameFacts, _ pixels: UnsafeRawPointer) -> Bool {
        guard facts.fits(ring.cellBytes) else {
            unsafe ls_count(&ring.ring.pointee.counts.oversized, 1)
            sayError(
                "a frame of \(facts.width) x \(facts.height) \(facts.format) does not fit into a cell of \(ByteSize(ring.cellBytes))"
            )
            tellChange()
            return false
        }
        let number = ring.newestNumber + 1
        let cell = unsafe ring.cell(number)
        unsafe ls_ring_begin(cell, number)
        unsafe memcpy(ring.pixels(number), pixels, facts.byteCount)
        unsafe cell.pointee.frame = ls_ring_frame(number, facts)
        unsafe ls_ring_publish(ring.ring, cell, number)
        tell()
        return true
    }

    package func sayConnected(name: String) {
        say { unsafe FrameRing.put(name, ls_ring_name(ring.ring), Int(LS_RING_NAME_BYTES)) }
        unsafe ls_count(&ring.ring.pointee.counts.openings, 1)
        unsafe ls_store(&ring.ring.pointee.state, CameraState.Phase.connected.rawValue)
        tellChange()
    }

    /// Says that a camera that was only silent sends frames again.
    package func sayBack() {
        unsafe ls_store(&ring.ring.pointee.state, CameraState.Phase.connected.rawValue)
        tellChange()
    }

    /// Says that there is no camera; counted as a loss if there was one.
    package func sayLost(_ reason: String) {
        sayError(reason)
        let before = unsafe ls_exchange(&ring.ring.pointee.state, CameraState.Phase.lost.rawValue)
        if before == CameraState.Phase.connected.rawValue { unsafe ls_count(&ring.ring.pointee.counts.losses, 1) }
        tellChange()
    }

    /// Says that a frame came with holes.
    package func sayDamaged(_ reason: String) {
        sayError(reason)
        tellChange()
    }

    package func add(dropped: UInt64, damaged: UInt64, missing: UInt64) {
        unsafe ls_count(&ring.ring.pointee.counts.dropped, dropped)
        unsafe ls_count(&ring.ring.pointee.counts.damaged, damaged)
        unsafe ls_count(&ring.ring.pointee.counts.missing, missing)
    }

    /// Promises to be heard of again within `span`.
    package func promise(within span: UInt64) {
        unsafe ls_count_set(&ring.ring.pointee.due_ns, Instant.now.advanced(by: span).nanoseconds)
    }

    /// Waits until someone has asked for a picture since `seen`, and returns how often someone has in all.
    package func awaitPull(after seen: UInt32) -> UInt32 {
        while true {
            let pulls = unsafe ls_load(&ring.ring.pointee.pulls)
            if pulls != seen { return pulls }
            _ = unsafe ls_futex_wait(&ring.ring.pointee.pulls, seen, 0)
        }
    }

    package var pulls: UInt32 { unsafe ls_load(&ring.ring.pointee.pulls) }

    private func sayError(_ text: String) {
        say { unsafe FrameRing.put(text, ls_ring_error(ring.ring), Int(LS_RING_ERROR_BYTES)) }
    }

    /// A writer that died in the middle left the turn odd; whoever follows puts it right.
    private func say(_ write: () -> Void) {
        let turn = unsafe ls_load(&ring.ring.pointee.error_turn) | 1
        unsafe ls_store(&ring.ring.pointee.error_turn, turn)
        ls_fence()
        write()
        unsafe ls_store(&ring.ring.pointee.error_turn, turn &+ 1)
    }

    private func tellChange() {
        _ = unsafe ls_add(&ring.ring.pointee.changes, 1)
        tell()
    }

    private func tell() {
        _ = unsafe ls_add(&ring.ring.pointee.news, 1)
        ls_fence()
        guard unsafe ls_load(&ring.ring.pointee.sleepers) > 0 else { return }
        _ = unsafe ls_futex_wake(&ring.ring.pointee.news, Int32.max)
    }
}

extension ls_ring_frame {
    fileprivate init(_ number: UInt64, _ facts: FrameFacts) {
        self.init()
        self.number = number
        id = facts.id
        device_ns = facts.deviceNanoseconds
        arrived_ns = facts.arrived.nanoseconds
        published_ns = Instant.now.nanoseconds
        width = UInt32(facts.width)
        height = UInt32(facts.height)
        stride = UInt32(facts.stride)
        format = facts.format.rawValue
        clock = facts.clock.rawValue
    }
}
