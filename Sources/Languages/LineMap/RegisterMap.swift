/// The registers between a PLC and its station, version 1: two blocks of Modbus holding registers.
package enum RegisterMap {
    package static let version: UInt16 = 1

    /// What the PLC writes and the node reads.
    package enum Request: Int, CaseIterable, Sendable {
        case mapVersion = 0
        case heartbeat
        case control
        case sequence
        case partHigh
        case partLow
        case partNumber
        case ackSequence
        case ackVerdict
    }

    /// What the node writes and the PLC reads.
    package enum Result: Int, CaseIterable, Sendable {
        case mapVersion = 0
        case heartbeat
        case status
        case state
        case partHigh
        case partLow
        case verdict
        case verdictComplement
        case reason
        case age
        case modelCode
        case score
        case sequence
        case check
    }

    package static let requestCount = Request.allCases.count
    package static let resultCount = Result.allCases.count
}

/// Bits of the PLC's control word.
package struct ControlBits: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    /// The PLC wants verdicts; without it triggers are not looked at.
    package static let enable = ControlBits(rawValue: 1 << 0)
    /// A rising edge acknowledges a fault.
    package static let reset = ControlBits(rawValue: 1 << 1)
    /// The line runs without verdicts: every part is answered with the fail-safe and the reason BYPASS.
    package static let bypass = ControlBits(rawValue: 1 << 2)
}

/// Bits of the node's status word.
package struct StatusBits: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let ready = StatusBits(rawValue: 1 << 0)
    package static let busy = StatusBits(rawValue: 1 << 1)
    /// The result registers hold a decided part.
    package static let valid = StatusBits(rawValue: 1 << 2)
    /// The PLC has acknowledged the result that stands there.
    package static let acknowledged = StatusBits(rawValue: 1 << 3)
    /// The result that stands there is older than its age limit.
    package static let stale = StatusBits(rawValue: 1 << 4)
    package static let fault = StatusBits(rawValue: 1 << 5)
    package static let bypass = StatusBits(rawValue: 1 << 6)
}
