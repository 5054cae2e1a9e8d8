internal import CCameras
internal import Core
internal import Glibc

/// An address in the library's words, and the texts that they point to.
@safe struct CameraOrder: ~Copyable {
    private var order = unsafe ls_camera_order()

    init(_ address: CameraAddress) {
        unsafe order.queue = address.queue
        unsafe order.connect_ns = address.connect
        unsafe order.silence_ns = address.silence ?? 0
        switch address.source {
        case .pipeline(let pipeline):
            unsafe order.backend = Int32(LS_CAMERA_GSTREAMER)
            unsafe order.place = Self.copy(pipeline)
        case .gigE(let settings):
            unsafe order.backend = Int32(LS_CAMERA_ARAVIS)
            unsafe order.place = Self.copy(settings.device)
            unsafe order.trigger = Self.copy(settings.trigger)
            unsafe order.pixel_format = Self.copy(settings.pixelFormat)
            unsafe order.width = UInt32(settings.region?.width ?? 0)
            unsafe order.height = UInt32(settings.region?.height ?? 0)
            unsafe order.left = UInt32(settings.region?.left ?? 0)
            unsafe order.top = UInt32(settings.region?.top ?? 0)
            unsafe order.exposure_us = settings.exposureMicroseconds ?? 0
            unsafe order.gain_db = settings.gainDecibels ?? 0
            unsafe order.has_gain = settings.gainDecibels == nil ? 0 : 1
            unsafe order.frame_rate = settings.framesPerSecond ?? 0
            unsafe order.packet_bytes = settings.packetBytes ?? 0
            unsafe order.retention_ms = settings.retentionMilliseconds ?? 0
        }
    }

    /// Lends the order while its texts are surely there.
    borrowing func with<Result>(_ body: (UnsafePointer<ls_camera_order>) -> Result) -> Result {
        unsafe withUnsafePointer(to: order, body)
    }

    deinit {
        unsafe free(UnsafeMutableRawPointer(mutating: order.place))
        unsafe free(UnsafeMutableRawPointer(mutating: order.trigger))
        unsafe free(UnsafeMutableRawPointer(mutating: order.pixel_format))
    }

    private static func copy(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        return unsafe UnsafePointer(strdup(text))
    }
}
