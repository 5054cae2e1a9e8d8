internal import CKernel
package import Core

/// How the camera does, as its process last wrote it.
package struct CameraState: Hashable, Sendable {
    package enum Phase: UInt32, Hashable, Sendable {
        case starting = 0
        case connected = 1
        case lost = 2
    }

    /// Since the ring was made, over every opening of the camera.
    package struct Counts: Hashable, Sendable {
        /// Whole frames that newer ones overtook before the camera process took them.
        package var dropped: UInt64 = 0
        /// Frames that arrived with holes.
        package var damaged: UInt64 = 0
        /// Gaps in the camera's own numbers.
        package var missing: UInt64 = 0
        /// Frames larger than a cell.
        package var oversized: UInt64 = 0
        /// Times that the camera was lost, and opened.
        package var losses: UInt64 = 0
        package var openings: UInt64 = 0

        package init() {}
    }

    package var phase = Phase.starting
    package var counts = Counts()
    /// Why it is or was lost, or why the last frame was of no use; empty while nothing has gone wrong.
    package var error = ""
    /// What the camera calls itself.
    package var name = ""
    /// By when its process has promised to show itself again; after that it hangs.
    package var due = Instant(nanoseconds: 0)

    package init() {}
}

extension FrameRing {
    package var state: CameraState {
        var state = CameraState()
        state.phase = unsafe CameraState.Phase(rawValue: ls_load(&ring.pointee.state)) ?? .lost
        state.due = due
        unsafe state.counts.dropped = ls_counted(&ring.pointee.counts.dropped)
        unsafe state.counts.damaged = ls_counted(&ring.pointee.counts.damaged)
        unsafe state.counts.missing = ls_counted(&ring.pointee.counts.missing)
        unsafe state.counts.oversized = ls_counted(&ring.pointee.counts.oversized)
        unsafe state.counts.losses = ls_counted(&ring.pointee.counts.losses)
        unsafe state.counts.openings = ls_counted(&ring.pointee.counts.openings)
        (state.error, state.name) = texts
        return state
    }

    /// Frames that came to harm, of any kind: whoever waits for one learns that it may have been his.
    package var harmedCount: UInt64 {
        unsafe ls_counted(&ring.pointee.counts.dropped) &+ ls_counted(&ring.pointee.counts.damaged)
            &+ ls_counted(&ring.pointee.counts.missing) &+ ls_counted(&ring.pointee.counts.oversized)
    }

    /// By when the camera process has promised to show itself again.
    package var due: Instant { unsafe Instant(nanoseconds: ls_counted(&ring.pointee.due_ns)) }

    /// A writer that died in the middle of a sentence leaves half of it, which is better than none.
    private var texts: (error: String, name: String) {
        var triesLeft = 100
        while true {
            let turn = unsafe ls_load(&ring.pointee.error_turn)
            let error = unsafe Self.text(ls_ring_error(ring), Int(LS_RING_ERROR_BYTES))
            let name = unsafe Self.text(ls_ring_name(ring), Int(LS_RING_NAME_BYTES))
            ls_fence()
            let isWhole = unsafe turn % 2 == 0 && ls_load(&ring.pointee.error_turn) == turn
            triesLeft -= 1
            if isWhole || triesLeft == 0 { return (error, name) }
            ls_pause()
        }
    }
}
