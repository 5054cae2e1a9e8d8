/// How the keeping of frames is doing.
package struct FrameState: Hashable, Sendable {
    /// On disk.
    package var frames = 0
    package var bytes = 0
    /// In memory, on their way to the disk.
    package var waiting = 0
    package var waitingBytes = 0
    /// Since the start: written, given up before they were written, and deleted to make room for others.
    package var written: UInt64 = 0
    package var dropped: UInt64 = 0
    package var evicted: UInt64 = 0
    /// Why frames are dropped at the moment.
    package var alarm: String?
}
