/// A part has come to the camera: PLC process to station.
package struct TriggerLetter: Hashable, Sendable {
    package enum Kind: UInt16, Hashable, Sendable {
        /// The station is to judge it.
        case asked = 0
        /// The PLC process has answered it, or nobody wants an answer; but its frame will come.
        case answered = 1
        /// An unknown number of parts may have come up to the key's moment, without anybody seeing them.
        case unknown = 2
    }

    package let key: PartKey
    package let partNumber: UInt16
    /// Which PLC process saw it.
    package let ioLife: UInt32
    package let kind: Kind

    package init(key: PartKey, partNumber: UInt16, ioLife: UInt32, kind: Kind = .asked) {
        self.key = key
        self.partNumber = partNumber
        self.ioLife = ioLife
        self.kind = kind
    }
}

/// What the station decided: station to PLC process. It repeats everything that must agree before a PASS is believed.
package struct VerdictLetter: Hashable, Sendable {
    package var key: PartKey
    package var verdict: Verdict
    package var reason: Reason
    package var modelCode: UInt16
    package var score: Float
    /// Which station process decided it, and which PLC process' trigger it answers.
    package var stationLife: UInt32
    package var ioLife: UInt32
    package var decided: Instant
    /// The ledger's number of the decision.
    package var entry: UInt64

    package init(
        key: PartKey, verdict: Verdict, reason: Reason, modelCode: UInt16, score: Float, stationLife: UInt32,
        ioLife: UInt32, decided: Instant, entry: UInt64
    ) {
        self.key = key
        self.verdict = verdict
        self.reason = reason
        self.modelCode = modelCode
        self.score = score
        self.stationLife = stationLife
        self.ioLife = ioLife
        self.decided = decided
        self.entry = entry
    }
}

/// What became of a part at the PLC: PLC process to station.
package struct OutcomeLetter: Hashable, Sendable {
    package enum Kind: UInt16, Hashable, Sendable {
        /// The PLC acknowledged the result.
        case acknowledged = 1
        /// The result stood there for its time and nobody acknowledged it.
        case missed = 2
        /// The station's verdict was not believed, or none came: the fail-safe was shown instead.
        case failSafe = 3
    }

    package let key: PartKey
    package let kind: Kind
    package let verdict: Verdict
    package let reason: Reason
    package let ackVerdict: UInt16
    package let at: Instant

    package init(key: PartKey, kind: Kind, verdict: Verdict, reason: Reason, ackVerdict: UInt16, at: Instant) {
        self.key = key
        self.kind = kind
        self.verdict = verdict
        self.reason = reason
        self.ackVerdict = ackVerdict
        self.at = at
    }
}
