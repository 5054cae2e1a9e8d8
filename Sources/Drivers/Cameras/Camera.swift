internal import CCameras
package import Core

/// What a camera has to say.
package enum CameraEvent: ~Copyable {
    case frame(CameraFrame)
    /// A frame arrived with holes, and is of no use; the text says how.
    case damaged(String)
    case silence
    /// It is gone for good: close it, and open it again when it may be back.
    case lost(String)
}

/// One open camera, by Aravis or GStreamer; both are loaded when the first camera of their kind is opened.
///
/// Concurrency: `next` belongs to one thread; `trigger` is for any. The library's own threads lay frames on a short queue
/// behind a lock and never call us. `close` happens when the last frame and the last owner are gone.
@safe package final class Camera: @unchecked Sendable {
    package let address: CameraAddress
    private let handle: OpaquePointer

    private init(_ handle: OpaquePointer, _ address: CameraAddress) {
        unsafe self.handle = unsafe handle
        self.address = address
    }

    /// Blocks until the camera runs, or for a pipeline until its first frame is here.
    package static func open(_ address: CameraAddress) throws(Fault) -> Camera {
        let order = CameraOrder(address)
        var handle: OpaquePointer?
        let reason = unsafe text(Int(LS_CAMERA_REASON)) { start, room in
            unsafe handle = unsafe order.with { unsafe ls_camera_open($0, start, room) }
        }
        guard let handle = unsafe handle else { throw Fault(.unavailable, "camera \(address): \(reason)") }
        return unsafe Camera(handle, address)
    }

    /// May take seconds when the camera does not answer any more: let the last reference go where that does no harm.
    deinit { unsafe ls_camera_close(handle) }

    /// Waits for news, at most `timeout` nanoseconds.
    package func next(timeout: UInt64) -> CameraEvent {
        var frame = unsafe ls_camera_frame()
        switch unsafe Int(ls_camera_next(handle, &frame, timeout)) {
        case LS_CAMERA_FRAME:
            guard let whole = unsafe CameraFrame(frame, of: self) else {
                unsafe giveBack(frame)
                return .damaged("its pixel format is unknown")
            }
            return .frame(whole)
        case LS_CAMERA_DAMAGED: return .damaged(reason)
        case LS_CAMERA_SILENCE: return .silence
        default: return .lost(reason)
        }
    }

    /// Takes one picture, if the trigger is `Software`.
    package func trigger() throws(Fault) {
        var code: Int32 = 0
        let reason = unsafe Self.text(Int(LS_CAMERA_REASON)) { unsafe code = ls_camera_trigger(handle, $0, $1) }
        guard code == 0 else { throw Fault(.unavailable, "camera \(address): \(reason)") }
    }

    /// What the camera calls itself; empty for a pipeline.
    package var name: String { unsafe Self.text(Int(LS_CAMERA_NAME)) { unsafe ls_camera_name(handle, $0, $1) } }

    /// Since it was opened.
    package struct Counts: Hashable, Sendable {
        package var taken: UInt64 = 0
        package var dropped: UInt64 = 0
        package var damaged: UInt64 = 0
        package var missing: UInt64 = 0

        package init() {}
    }

    package var counts: Counts {
        var counted = ls_camera_counts()
        unsafe ls_camera_count(handle, &counted)
        var counts = Counts()
        counts.taken = counted.taken
        counts.dropped = counted.dropped
        counts.damaged = counted.damaged
        counts.missing = counted.missing
        return counts
    }

    private var reason: String { unsafe Self.text(Int(LS_CAMERA_REASON)) { unsafe ls_camera_reason(handle, $0, $1) } }

    func giveBack(_ frame: ls_camera_frame) {
        var frame = unsafe frame
        unsafe ls_camera_release(handle, &frame)
    }

    /// A text that C writes.
    private static func text(_ room: Int, _ write: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            unsafe start[0] = 0
            unsafe write(start, room)
            return unsafe String(cString: start)
        }
    }
}
