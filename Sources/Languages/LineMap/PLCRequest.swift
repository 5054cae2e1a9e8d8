/// What the PLC says in one cycle.
package struct PLCRequest: Hashable, Sendable {
    package var mapVersion: UInt16 = RegisterMap.version
    package var heartbeat: UInt16 = 0
    package var control: ControlBits = []
    package var sequence: UInt16 = 0
    package var part: UInt32 = 0
    package var partNumber: UInt16 = 0
    package var ackSequence: UInt16 = 0
    package var ackVerdict: UInt16 = 0

    package init() {}

    /// Reads the block. `word` is asked for each register, so that nothing is allocated.
    package init(reading word: (Int) -> UInt16) {
        mapVersion = word(RegisterMap.Request.mapVersion.rawValue)
        heartbeat = word(RegisterMap.Request.heartbeat.rawValue)
        control = ControlBits(rawValue: word(RegisterMap.Request.control.rawValue))
        sequence = word(RegisterMap.Request.sequence.rawValue)
        part =
            UInt32(word(RegisterMap.Request.partHigh.rawValue)) << 16
            | UInt32(word(RegisterMap.Request.partLow.rawValue))
        partNumber = word(RegisterMap.Request.partNumber.rawValue)
        ackSequence = word(RegisterMap.Request.ackSequence.rawValue)
        ackVerdict = word(RegisterMap.Request.ackVerdict.rawValue)
    }

    /// Writes the block, in order.
    package func write(_ put: (Int, UInt16) -> Void) {
        put(RegisterMap.Request.mapVersion.rawValue, mapVersion)
        put(RegisterMap.Request.heartbeat.rawValue, heartbeat)
        put(RegisterMap.Request.control.rawValue, control.rawValue)
        put(RegisterMap.Request.partHigh.rawValue, UInt16(part >> 16))
        put(RegisterMap.Request.partLow.rawValue, UInt16(truncatingIfNeeded: part))
        put(RegisterMap.Request.partNumber.rawValue, partNumber)
        put(RegisterMap.Request.ackSequence.rawValue, ackSequence)
        put(RegisterMap.Request.ackVerdict.rawValue, ackVerdict)
        put(RegisterMap.Request.sequence.rawValue, sequence)
    }
}
