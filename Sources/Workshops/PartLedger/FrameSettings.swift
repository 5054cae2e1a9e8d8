/// Which frames are kept, and what they may cost.
package struct FrameSettings: Hashable, Sendable {
    /// One frame of so many that passed; zero keeps none of them.
    package var passSample = 100
    /// All frames together, on disk.
    package var bytesMax = 8 << 30
    /// What the disk must have free afterwards, so that the ledger never has to ask for it.
    package var freeBytesMin = 1 << 30
    /// Frames that wait to be written, in memory.
    package var waitingBytesMax = 128 << 20
    package init() {}
}
