/// What goes wrong in a drill.
package enum DrillFault: String, CaseIterable, Hashable, Sendable {
    // A station that lies: letters that look whole and must not be believed.
    case staleVerdict = "stale verdict"
    case previousPart = "previous part's id"
    case swappedSequence = "swapped sequence"
    case otherRelease = "verdict of another release"
    case formerStation = "verdict of a former station"
    case formerTrigger = "verdict for a former PLC process"
    case futureVerdict = "verdict from the future"
    case tornWrite = "torn write"
    case fullRing = "full ring"
    // Processes that die, stop or are replaced.
    case engineFrozen = "frozen engine"
    case engineDead = "dead engine"
    case engineReplaced = "engine replaced, another release"
    case stationDead = "dead station, restarted"
    case stationFrozen = "frozen station"
    case ioDead = "dead PLC process, restarted"
    case ioFrozen = "frozen PLC process"
    case clockStep = "clock step"
    // A PLC that misbehaves.
    case plcRestart = "PLC restart"
    case plcHalted = "PLC halted"
    case busSilent = "silent bus"
    case garbage = "garbage in the PLC's registers"
    case duplicateTrigger = "duplicate trigger"
    case missingTrigger = "missing triggers"
    case turnBack = "turn used before"
    case bypass = "bypass"
}

/// What became of the parts that a fault met.
package struct DrillOutcome: Hashable, Sendable {
    package var injected: UInt64 = 0
    package var passes: UInt64 = 0
    package var judgedRejects: UInt64 = 0
    package var failSafes: UInt64 = 0
    package var undecided: UInt64 = 0
    package var wrongPasses: UInt64 = 0

    package init() {}
}

/// The drill's report.
package struct DrillReport: Hashable, Sendable {
    package var cycles: UInt64 = 0
    package var seed: UInt64 = 0
    package var simulatedNanoseconds: UInt64 = 0
    package var parts: UInt64 = 0
    /// Parts that no fault met.
    package var undisturbed = DrillOutcome()
    package var outcomes: [DrillFault: DrillOutcome] = [:]
    package var refused: UInt64 = 0
    package var torn: UInt64 = 0
    package var wrongPasses: UInt64 { undisturbed.wrongPasses + outcomes.values.reduce(0) { $0 + $1.wrongPasses } }
    /// The first wrong pass, in words.
    package var evidence: String?

    package init() {}
}
