/// What the station last said of itself.
package struct StationSign: Hashable, Sendable {
    package let beat: Instant
    package let life: UInt32
    package let state: StationState
    package let modelCode: UInt16
    /// A person at the station has put the line into bypass.
    package let isBypassed: Bool
    /// Too many parts were not judged: a person must look, and say so with a reset.
    package let needsReset: Bool

    package init(
        beat: Instant, life: UInt32, state: StationState, modelCode: UInt16, isBypassed: Bool = false,
        needsReset: Bool = false
    ) {
        self.beat = beat
        self.life = life
        self.state = state
        self.modelCode = modelCode
        self.isBypassed = isBypassed
        self.needsReset = needsReset
    }
}

/// What the PLC process last saw of the PLC.
package struct PLCSign: Hashable, Sendable {
    package var isConnected: Bool
    package var hasFault: Bool
    package var isBypassed: Bool
    package var isEnabled: Bool
    package var heartbeat: UInt16
    /// Somebody at the PLC has seen to what was wrong.
    package var wantsReset: Bool

    package init(
        isConnected: Bool, hasFault: Bool, isBypassed: Bool, isEnabled: Bool, heartbeat: UInt16,
        wantsReset: Bool = false
    ) {
        self.isConnected = isConnected
        self.hasFault = hasFault
        self.isBypassed = isBypassed
        self.isEnabled = isEnabled
        self.heartbeat = heartbeat
        self.wantsReset = wantsReset
    }
}
