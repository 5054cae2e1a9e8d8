/// What is known of one camera frame besides its pixels. Each frame carries its own size: a camera may change it at any time.
package struct FrameFacts: Hashable, Sendable {
    /// Whose clock wrote `deviceNanoseconds`.
    package enum Clock: UInt32, Hashable, Sendable {
        case none = 0
        /// The camera's own, from its power-up: good for intervals between its frames, not comparable with ours.
        case camera = 1
        /// The stream's, from its start.
        case stream = 2
    }

    package var width = 0
    package var height = 0
    /// Bytes from one row to the next.
    package var stride = 0
    package var format = PixelFormat.grey8
    /// The camera's own number for it.
    package var id: UInt64 = 0
    package var deviceNanoseconds: UInt64 = 0
    package var clock = Clock.none
    /// When its last byte was here.
    package var arrived = Instant(nanoseconds: 0)

    package init() {}

    package var rowBytes: Int { width * format.bytesPerPixel }
    /// From the first byte of the first row to the last of the last.
    package var byteCount: Int { height == 0 ? 0 : stride * (height - 1) + rowBytes }

    /// Sides that no camera exceeds; products of these stay far from overflow.
    package static let sideMax = 1 << 16

    /// Whether it describes a picture that fits into `bytes`. What another process wrote is not believed before this is true.
    package func fits(_ bytes: Int) -> Bool {
        (1...Self.sideMax).contains(width) && (1...Self.sideMax).contains(height) && stride >= rowBytes
            && stride <= Self.sideMax * 4 && byteCount <= bytes
    }
}
