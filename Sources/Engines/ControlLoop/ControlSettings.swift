package import Core

/// What a PLC process is told. All spans are nanoseconds.
package struct ControlSettings: Hashable, Sendable {
    /// The loop's period.
    package var period = 5 * Span64.millisecond
    /// From the trigger seen to the moment at which an undecided part gets the fail-safe.
    package var decideWithin = 100 * Span64.millisecond
    /// How old a verdict may be, from its trigger, and still be shown as a PASS.
    package var ageLimit = 100 * Span64.millisecond
    /// How long a result stands when nobody acknowledges it and the next one waits.
    package var hold = 20 * Span64.millisecond
    /// Without a change of the PLC's heartbeat for so long: FAULT.
    package var plcSilence = 100 * Span64.millisecond
    /// Without a sign of life from the station for so long: its parts get the fail-safe.
    package var stationSilence = 100 * Span64.millisecond
    /// What is shown for every part that is not a proven PASS, REJECT or REVIEW. Never PASS.
    package var failSafe = Verdict.reject

    package init() {}
}

/// What the loop has counted since it began.
package struct ControlCounts: Hashable, Sendable {
    package var cycles: UInt64 = 0
    package var triggers: UInt64 = 0
    /// Turns of the PLC that were never seen.
    package var missedTriggers: UInt64 = 0
    package var passes: UInt64 = 0
    package var rejects: UInt64 = 0
    package var reviews: UInt64 = 0
    package var failSafes: UInt64 = 0
    package var acknowledged: UInt64 = 0
    package var missed: UInt64 = 0
    /// Verdicts that were not believed.
    package var refused: UInt64 = 0
    /// Verdicts for parts that were not waiting for one.
    package var unasked: UInt64 = 0
    package var torn: UInt64 = 0
    package var lettersLost: UInt64 = 0
    package var busErrors: UInt64 = 0
    package var plcLosses: UInt64 = 0
    package var stationLosses: UInt64 = 0

    package init() {}
}
