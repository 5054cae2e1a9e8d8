package import Core
internal import FrameRing
internal import Images

/// Where a station gets the frame of a part.
///
/// Confined to the station's decision thread.
package protocol FrameSource: AnyObject {
    /// The address, as people wrote it.
    var name: String { get }
    /// Parts a second that the source stands for when no PLC tells of any; nil when a PLC does.
    var rate: Double? { get }
    var status: SourceStatus { get }
    /// The frame of the part with this key: taken after its trigger, and of no other part. Waits until `deadline`, and calls
    /// `tend` every few milliseconds meanwhile. The frame is valid until the next call.
    func frame(of key: PartKey, until deadline: Instant, tend: () -> Void) throws(FrameTrouble) -> SourceFrame
    /// A part has passed the camera, whether or not its frame will be asked for.
    func expect(_ sighting: PartSighting)
    /// The part was decided: nobody asks for its frame any more.
    func forget(_ key: PartKey)
    /// Looks after the source, every few milliseconds. Every part is known that was triggered before `heard`.
    func tend(heard: Instant)
}

extension FrameSource {
    package var rate: Double? { nil }
    // A source that makes a frame for each part it is asked for cannot take one for another's.
    package func expect(_ sighting: PartSighting) {}
    package func forget(_ key: PartKey) {}
    package func tend(heard: Instant) {}
}

/// Why there is no frame to judge.
package struct FrameTrouble: Error {
    let reason: Reason
    let text: String
}

/// What is known of a source.
package struct SourceStatus: Hashable, Sendable {
    package var isConnected = true
    package var lost: UInt64 = 0
    package var frames: UInt64 = 0
    package var text = ""
}

/// One frame, as it came.
package struct SourceFrame {
    let view: FrameView
    /// The file that the frame came in; nil for raw pixels.
    let file: [UInt8]?
    /// The camera's own number for it, and the moment by the camera's own clock where it has one.
    let id: UInt64
    var deviceNanoseconds: UInt64?
}

/// Makes sources of addresses that need nothing but this process.
package enum FrameSources {
    package static let schemes = "sim://, folder://, push://, gige://, v4l2://, rtsp://, gst:"

    package static func local(_ address: String, format: PixelFormat) throws(Fault) -> (any FrameSource)? {
        if address.hasPrefix("sim://") { return try SimulatedSource(address) }
        if address.hasPrefix("folder://") { return try FolderSource(address, format: format) }
        return nil
    }
}
