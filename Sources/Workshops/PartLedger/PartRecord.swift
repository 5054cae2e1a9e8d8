package import Core
package import Crypto

/// Why a part was judged as it was: all that is needed to judge it again.
package struct PartRecord: Hashable, Sendable {
    package var station: String
    /// The part's number and the trigger's, as the PLC gave them.
    package var part: UInt32
    package var sequence: UInt16
    package var verdict: Verdict
    /// `OK`, `DEFECT`, `TIMEOUT` ...: the station's word, kept as text so that a later word can still be read.
    package var reason: String
    package var stages = StageTimes()
    /// Of the frame as the camera gave it; nil when none came.
    package var frameDigest: SHA256Digest?
    /// The camera's own number and clock for the frame, as far as it has them.
    package var frameNumber: UInt64?
    package var frameDeviceNanoseconds: UInt64?
    /// Set when the frame was handed to the keeper; the file's name follows from the entry's number.
    package var frameFormat: FrameFormat?
    package var release: SHA256Digest?
    /// Of everything that the model put out, byte by byte; nil when it put out nothing.
    package var outputDigest: SHA256Digest?
    package var model = ""
    package var modelVersion = ""
    /// The number of the event that tells on what this was computed.
    package var environment: UInt64?
    package var scores: [Float] = []
    package var threshold: Float?

    package init(station: String, part: UInt32, sequence: UInt16, verdict: Verdict, reason: String) {
        self.station = station
        self.part = part
        self.sequence = sequence
        self.verdict = verdict
        self.reason = reason
    }

    /// Where the frame of entry `n` lies in the folder of frames.
    package func frameName(entry n: UInt64) -> FrameName? {
        frameFormat.map { FrameName(entry: n, part: part, verdict: verdict, format: $0) }
    }
}
