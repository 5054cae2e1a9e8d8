package import Core

/// Where a camera is and how it is to be set, as people write it:
///
///     gige://SERIAL?trigger=Line1&exposure=8000      v4l2:///dev/video0?size=1920x1080
///     rtsp://user:password@host/path?transport=udp   gst:videotestsrc is-live=true
///
/// An address that is understood holds nothing that its library would still have to check for sense.
package struct CameraAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Source: Hashable, Sendable {
        case gigE(GigESettings)
        /// GStreamer's words for everything before the sink.
        case pipeline(String)
    }

    package let source: Source
    /// As it was written, the password included.
    package let text: String
    /// No frame for so long means that the camera is lost; nil where silence is no news, as with a trigger.
    package let silence: UInt64?
    /// How long the first frame of a pipeline may take.
    package let connect: UInt64
    /// Frames that may wait; the newest are kept.
    package let queue: UInt32

    /// How long its frames wait in a buffer, where the address says so: a frame was taken so much before it arrives.
    package let delay: UInt64

    /// It takes a frame when it is told to, and else none.
    package var isTriggered: Bool {
        if case .gigE(let settings) = source { settings.trigger != nil } else { false }
    }

    /// It is we who tell it.
    package var isPulled: Bool {
        if case .gigE(let settings) = source { settings.trigger == "Software" } else { false }
    }

    /// How much later than its rhythm a frame may come without anything being wrong: networks and decoders gather frames.
    package var sway: UInt64 {
        switch source {
        case .gigE: 0
        case .pipeline: 250 * Span64.millisecond
        }
    }

    package static let schemes = ["gige://", "v4l2://", "rtsp://", "rtsps://", "gst:"]

    package init(parsing text: String) throws(Fault) {
        guard let scheme = Self.schemes.first(where: text.hasPrefix) ?? (text.hasPrefix("gst?") ? "gst:" : nil) else {
            throw Fault(
                .invalid, "camera address \"\(Self.withoutPassword(text))\" begins with no scheme that is known",
                hint: "there are \(Self.schemes.joined(separator: ", "))")
        }
        guard text.utf8.count < Self.bytesMax,
            !text.utf8.contains(where: { $0 == 0 || ($0 < 0x20 && scheme != "gst:") })
        else {
            throw Fault(.invalid, "\(scheme) address: it is too long, or holds control characters")
        }
        let draft = try AddressDraft(text, scheme)
        self.text = text
        source = draft.source
        silence = draft.silence
        connect = draft.connect
        queue = draft.queue
        delay = draft.delay
    }

    package static let bytesMax = 2000

    /// Fit for logs and screens: the password is left out.
    package var description: String { Self.withoutPassword(text) }

    private static func withoutPassword(_ text: String) -> String {
        guard !text.hasPrefix("gst"), let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@"),
            at > scheme.upperBound, let colon = text[scheme.upperBound..<at].firstIndex(of: ":")
        else { return text }
        return text[...colon] + "***" + text[at...]
    }
}

/// What a GigE Vision camera is told before it starts. Nil leaves a setting as the camera has it.
package struct GigESettings: Hashable, Sendable {
    /// Id, serial number or IP address; empty for the first camera found.
    package var device = ""
    /// The trigger's source in the camera's words: `Line1`, `Software`.
    package var trigger: String?
    /// In the camera's words: `Mono8`, `RGB8`.
    package var pixelFormat: String?
    /// The part of the sensor that is read.
    package var region: Region?
    package var exposureMicroseconds: Double?
    package var gainDecibels: Double?
    package var framesPerSecond: Double?
    package var packetBytes: UInt32?
    /// How long an incomplete frame waits for its missing packets, and whole ones behind it.
    package var retentionMilliseconds: UInt32?

    package init() {}

    package struct Region: Hashable, Sendable {
        package let width: Int
        package let height: Int
        package let left: Int
        package let top: Int

        package init(width: Int, height: Int, left: Int = 0, top: Int = 0) {
            self.width = width
            self.height = height
            self.left = left
            self.top = top
        }
    }
}
