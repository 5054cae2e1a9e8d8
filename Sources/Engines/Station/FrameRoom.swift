internal import Core
internal import FrameRing
internal import Images

/// A camera's frame: in the ring, whose writer waits for nobody, or copied out of it.
struct RingFrame {
    let inRing: FrameInRing
    fileprivate(set) var copy: ByteBuffer?

    var facts: FrameFacts { inRing.facts }

    init(inRing: FrameInRing) { self.inRing = inRing }
}

/// Where frames lie that wait for their part's turn, and the one that is shown.
///
/// Concurrency: confined to the station's decision thread.
@safe final class FrameRoom {
    private static let sparesMax = 2
    private var spares: [ByteBuffer] = []
    private var shown: ByteBuffer?

    /// Copies a frame out of the ring.
    func keep(_ frame: RingFrame) throws(FrameTrouble) -> RingFrame {
        let bytes = frame.facts.rowBytes * frame.facts.height
        let buffer = spares.popLast() ?? ByteBuffer(capacity: bytes)
        buffer.removeAll()
        let room = unsafe buffer.reserve(bytes)
        guard unsafe frame.inRing.copy(to: UnsafeMutableRawBufferPointer(start: room, count: bytes)) else {
            spares.append(buffer)
            throw FrameTrouble(reason: .deviceFault, text: "the frame was overwritten before it was read")
        }
        buffer.commit(bytes)
        var kept = frame
        kept.copy = buffer
        return kept
    }

    /// A view of a kept frame, until the next is shown.
    func show(_ frame: RingFrame) throws(Fault) -> FrameView {
        if let shown, spares.count < Self.sparesMax { spares.append(shown) }
        shown = frame.copy
        guard let shown else { throw Fault(.invalid, "the frame was not kept") }
        return unsafe try FrameView(
            pixels: UnsafeRawPointer(shown.base).assumingMemoryBound(to: UInt8.self), width: frame.facts.width,
            height: frame.facts.height, format: frame.facts.format)
    }
}
