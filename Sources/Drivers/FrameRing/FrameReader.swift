internal import CKernel
package import Core

/// What a reader learns when it stops waiting.
package enum FrameNews: Sendable {
    case frame(FrameInRing)
    /// No frame, but the camera was lost or found, or a frame was damaged: each change is told once.
    case changed(CameraState)
    case silence
}

/// One reader's place in a ring: which frames it has seen. Not shared; each thread that reads has its own.
package struct FrameReader {
    /// Which frame is wanted when several wait.
    package enum Order: Sendable {
        /// The newest: for a view of now.
        case newest
        /// The oldest that is still there: for a verdict on every part.
        case inOrder
    }

    package let ring: FrameRing
    package let order: Order
    package private(set) var lastNumber: UInt64
    /// Frames that were overwritten, or passed over for a newer one, before this reader saw them.
    package private(set) var skipped: UInt64 = 0
    private var heardChanges: UInt32

    /// Begins with the next frame that comes.
    package init(_ ring: FrameRing, order: Order = .newest) {
        self.ring = ring
        self.order = order
        lastNumber = ring.newestNumber
        heardChanges = unsafe ls_load(&ring.ring.pointee.changes)
    }

    /// Waits for news until `deadline`. A frame goes before every other news.
    package mutating func next(until deadline: Instant) -> FrameNews {
        while true {
            let news = unsafe ls_load(&ring.ring.pointee.news)
            if let frame = take() { return .frame(frame) }
            let changes = unsafe ls_load(&ring.ring.pointee.changes)
            if changes != heardChanges {
                heardChanges = changes
                return .changed(ring.state)
            }
            if deadline <= Instant.now { return .silence }
            sleep(unlessAfter: news, until: deadline)
        }
    }

    private mutating func take() -> FrameInRing? {
        guard let frame = order == .newest ? ring.newest(after: lastNumber) : ring.oldest(after: lastNumber) else {
            return nil
        }
        skipped += frame.number - lastNumber - 1
        lastNumber = frame.number
        return frame
    }

    private func sleep(unlessAfter news: UInt32, until deadline: Instant) {
        _ = unsafe ls_add(&ring.ring.pointee.sleepers, 1)
        // We are counted before the word is compared; the writer changes the word before it looks at the count.
        _ = unsafe ls_futex_wait(&ring.ring.pointee.news, news, deadline.nanoseconds)
        _ = unsafe ls_sub(&ring.ring.pointee.sleepers, 1)
    }
}
