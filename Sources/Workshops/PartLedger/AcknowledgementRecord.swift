/// The PLC says that it has taken a verdict.
package struct AcknowledgementRecord: Hashable, Sendable {
    /// The number of the part's entry.
    package var entry: UInt64
    package var part: UInt32
    package var sequence: UInt16
    /// From the verdict's first write to the acknowledgement's first sight.
    package var microseconds: UInt64

    package init(entry: UInt64, part: UInt32, sequence: UInt16, microseconds: UInt64) {
        self.entry = entry
        self.part = part
        self.sequence = sequence
        self.microseconds = microseconds
    }
}
