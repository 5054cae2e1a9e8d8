package import Core

/// What the node says in one cycle.
package struct LineResult: Hashable, Sendable {
    package var heartbeat: UInt16 = 0
    package var status: StatusBits = []
    package var state = StationState.boot
    package var part: UInt32 = 0
    package var verdict = Verdict.none
    package var reason = Reason.ok
    /// Milliseconds from the trigger to the moment the result was first written.
    package var age: UInt16 = 0
    package var modelCode: UInt16 = 0
    /// The score times ten thousand.
    package var score: UInt16 = 0
    package var sequence: UInt16 = 0

    package init() {}

    /// Writes the block, its check last.
    package func write(_ put: (Int, UInt16) -> Void) {
        var check = RegisterCheck()
        func say(_ register: RegisterMap.Result, _ value: UInt16) {
            check.add(value)
            put(register.rawValue, value)
        }
        say(.mapVersion, RegisterMap.version)
        say(.heartbeat, heartbeat)
        say(.status, status.rawValue)
        say(.state, state.rawValue)
        say(.partHigh, UInt16(part >> 16))
        say(.partLow, UInt16(truncatingIfNeeded: part))
        say(.verdict, verdict.rawValue)
        say(.verdictComplement, ~verdict.rawValue)
        say(.reason, reason.rawValue)
        say(.age, age)
        say(.modelCode, modelCode)
        say(.score, score)
        say(.sequence, sequence)
        put(RegisterMap.Result.check.rawValue, check.value)
    }

    /// Reads the block as a careful PLC does: nil unless version, complement and check all agree.
    package init?(reading word: (Int) -> UInt16) {
        var check = RegisterCheck()
        for place in 0..<RegisterMap.Result.check.rawValue { check.add(word(place)) }
        func at(_ register: RegisterMap.Result) -> UInt16 { word(register.rawValue) }
        guard at(.mapVersion) == RegisterMap.version, at(.check) == check.value,
            at(.verdict) == ~at(.verdictComplement),
            let verdict = Verdict(rawValue: at(.verdict)), let reason = Reason(rawValue: at(.reason)),
            let state = StationState(rawValue: at(.state))
        else { return nil }
        heartbeat = at(.heartbeat)
        status = StatusBits(rawValue: at(.status))
        self.state = state
        part = UInt32(at(.partHigh)) << 16 | UInt32(at(.partLow))
        self.verdict = verdict
        self.reason = reason
        age = at(.age)
        modelCode = at(.modelCode)
        score = at(.score)
        sequence = at(.sequence)
    }
}

/// The CRC-16 of Modbus (polynomial 0xA001, start 0xFFFF) over registers, high byte first.
package struct RegisterCheck: Hashable, Sendable {
    package private(set) var value: UInt16 = 0xffff

    package init() {}

    package mutating func add(_ register: UInt16) {
        add(byte: UInt8(register >> 8))
        add(byte: UInt8(truncatingIfNeeded: register))
    }

    private mutating func add(byte: UInt8) {
        value ^= UInt16(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xa001 : value >> 1 }
    }
}
