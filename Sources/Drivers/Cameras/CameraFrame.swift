internal import CCameras
package import Core

/// One whole picture, lent by its camera until this goes. Keep it short: the camera has only a few places for frames.
@safe package struct CameraFrame: ~Copyable {
    package let facts: FrameFacts
    private let frame: ls_camera_frame
    private let camera: Camera

    init?(_ frame: ls_camera_frame, of camera: Camera) {
        unsafe self.frame = unsafe frame
        self.camera = camera
        guard let facts = unsafe FrameFacts(frame) else { return nil }
        self.facts = facts
    }

    deinit { unsafe camera.giveBack(frame) }

    /// `facts.stride` bytes a row.
    package borrowing func withPixels<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe try body(UnsafeRawBufferPointer(start: frame.pixels, count: facts.byteCount))
    }
}

extension FrameFacts {
    fileprivate init?(_ frame: ls_camera_frame) {
        guard let format = unsafe PixelFormat(rawValue: frame.format) else { return nil }
        self.init()
        width = unsafe Int(frame.width)
        height = unsafe Int(frame.height)
        stride = unsafe Int(frame.stride)
        self.format = format
        id = unsafe frame.id
        deviceNanoseconds = unsafe frame.device_ns
        clock = unsafe Clock(rawValue: frame.clock) ?? .none
        arrived = unsafe Instant(nanoseconds: frame.arrived_ns)
    }
}
