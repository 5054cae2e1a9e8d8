package import Core
package import Surfaces

/// A simulated line and its PLC. Spans are nanoseconds.
package struct ConveyorSettings: Hashable, Sendable {
    package var partsPerSecond = 30.0
    package var scan = 5 * Span64.millisecond
    /// From the trigger to the gate: a part without a result by then is rejected.
    package var window = 150 * Span64.millisecond
    /// Without a change of the node's heartbeat for so long, parts are rejected.
    package var heartbeatSilence = 100 * Span64.millisecond
    /// How many parts come; nil for no end.
    package var parts: UInt64?
    package var firstPart: UInt32 = 1
    /// What the camera is shown, so that the truth is known here too.
    package var seed: UInt64 = 1
    package var surfaces = SurfaceSettings()

    package init() {}
}

/// What became of the parts.
package struct ConveyorTally: Hashable, Sendable {
    package var parts: UInt64 = 0
    package var defective: UInt64 = 0
    /// Judged, and as the truth is.
    package var right: UInt64 = 0
    /// Defective, and the model itself said PASS.
    package var escapes: UInt64 = 0
    /// Good, and the model itself said REJECT.
    package var falseRejects: UInt64 = 0
    package var reviews: UInt64 = 0
    /// Answered with the fail-safe by the node.
    package var failSafes: UInt64 = 0
    /// Rejected here, because no result came in time.
    package var undecided: UInt64 = 0
    /// Results that came after their part was gone.
    package var late: UInt64 = 0
    /// Reads in which version, complement or check did not agree.
    package var garbled: UInt64 = 0
    package var passes: UInt64 = 0
    package var rejects: UInt64 = 0
    package var heartbeatLosses: UInt64 = 0
    /// The longest time without a change of the node's heartbeat, in nanoseconds.
    package var heartbeatGapMax: UInt64 = 0

    package init() {}
}

/// One part, as the PLC saw it go.
package struct ConveyorRecord: Hashable, Sendable {
    package let part: UInt32
    package let sequence: UInt16
    package let isDefective: Bool
    /// What the gate did: 1 passed, 2 rejected, 3 sent to review.
    package let gate: Verdict
    /// What the node said; nil when it said nothing in time.
    package let result: LineVerdict?
    /// From the trigger to the result, as the PLC saw it.
    package let nanoseconds: UInt64
}

/// A verdict with its reason.
package struct LineVerdict: Hashable, Sendable {
    package let verdict: Verdict
    package let reason: Reason
}
