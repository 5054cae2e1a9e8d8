package import Core

/// The PLC says that it has taken a verdict.
package struct AcknowledgementRecord: Hashable, Sendable {
    /// The number of the part's entry.
    package var entry: UInt64
    package var part: UInt32
    package var sequence: UInt16
    /// From the verdict's first write to the acknowledgement's first sight.
    package var microseconds: UInt64
    /// What the PLC was told, when that is not what the station decided: the PLC process did not believe it, or it was too late.
    package var told: Verdict?
    package var toldReason: String?
    /// What the PLC says that it did: 1 passed, 2 rejected, 3 sent to review; nil when it says nothing.
    package var plcVerdict: UInt16?
    /// Nobody acknowledged it.
    package var isMissed = false

    package init(entry: UInt64, part: UInt32, sequence: UInt16, microseconds: UInt64) {
        self.entry = entry
        self.part = part
        self.sequence = sequence
        self.microseconds = microseconds
    }
}
