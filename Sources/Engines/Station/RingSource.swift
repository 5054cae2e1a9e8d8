package import Core
package import FrameRing
internal import Images

/// A real camera, whose frames another process puts into a ring. A part's frame is the first that was taken after its
/// trigger; when two could be it, none is.
///
/// Concurrency: confined to the station's decision thread.
@safe package final class RingSource: FrameSource {
    package let name: String
    package private(set) var status = SourceStatus()
    private let ring: FrameRing
    private let isTriggered: Bool
    private var reader: FrameReader
    /// Where the frame at hand lies: copied out of the ring, whose writer waits for nobody.
    private let pixels = ByteBuffer(capacity: 1 << 20)
    private static let turn = 5 * Span64.millisecond

    /// `isTriggered`: the camera takes a frame when it is told to, by us.
    package init(_ address: String, ring: FrameRing, isTriggered: Bool) {
        name = address
        self.ring = ring
        self.isTriggered = isTriggered
        reader = FrameReader(ring, order: .inOrder)
        note(ring.state)
    }

    private func note(_ state: CameraState) {
        status.isConnected = state.phase == .connected
        status.lost = state.counts.losses
        status.text = status.isConnected ? state.name : state.error
    }

    package func tend() {
        if case .changed(let state) = reader.next(until: .now) { note(state) }
        status.frames = ring.newestNumber
    }

    package func frame(of key: PartKey, until deadline: Instant, tend: () -> Void) throws(FrameTrouble) -> SourceFrame {
        note(ring.state)
        guard status.isConnected else {
            throw FrameTrouble(reason: .deviceFault, text: "the camera is lost: \(status.text)")
        }
        if isTriggered { ring.pull() }
        while true {
            switch reader.next(until: min(deadline, Instant.now.advanced(by: Self.turn))) {
            case .frame(let frame):
                // Whatever arrived before the trigger shows another part, or none.
                guard frame.facts.arrived > key.triggered else { continue }
                return try take(frame)
            case .changed(let state):
                note(state)
                guard status.isConnected else {
                    throw FrameTrouble(reason: .deviceFault, text: "the camera was lost: \(status.text)")
                }
            case .silence:
                guard Instant.now < deadline else {
                    throw FrameTrouble(reason: .deviceFault, text: "no frame came in time")
                }
                tend()
            }
        }
    }

    private func take(_ frame: FrameInRing) throws(FrameTrouble) -> SourceFrame {
        let facts = frame.facts
        pixels.removeAll()
        let room = unsafe pixels.reserve(facts.rowBytes * facts.height)
        guard unsafe frame.copy(to: UnsafeMutableRawBufferPointer(start: room, count: facts.rowBytes * facts.height))
        else {
            throw FrameTrouble(reason: .deviceFault, text: "the frame was overwritten while it was read")
        }
        status.frames = frame.number
        do throws(Fault) {
            let view = unsafe try FrameView(
                pixels: room.assumingMemoryBound(to: UInt8.self), width: facts.width, height: facts.height,
                format: facts.format)
            return SourceFrame(
                view: view, file: nil, id: facts.id,
                deviceNanoseconds: facts.clock == .none ? nil : facts.deviceNanoseconds)
        } catch { throw FrameTrouble(reason: .inputInvalid, text: error.message) }
    }
}
