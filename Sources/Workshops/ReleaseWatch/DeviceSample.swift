package import Core

/// How the device is, as it was measured once. nil: there is no such thing here, or it could not be read.
package struct DeviceSample: Hashable, Sendable {
    package var at: Instant
    package var isThrottled: Bool
    /// Held by the release's own engine: one that is kept warm beside it does not count.
    package var gpuMemoryMegabytes: Double?
    /// 0 to 1.
    package var utilisation: Double?
    /// Nanoseconds that the clock is off, either way.
    package var clockOffset: UInt64?

    package init(
        at: Instant, isThrottled: Bool = false, gpuMemoryMegabytes: Double? = nil, utilisation: Double? = nil,
        clockOffset: UInt64? = nil
    ) {
        self.at = at
        self.isThrottled = isThrottled
        self.gpuMemoryMegabytes = gpuMemoryMegabytes
        self.utilisation = utilisation
        self.clockOffset = clockOffset
    }
}

/// What is wrong with a device.
package enum DeviceCondition: Hashable, Sendable, CaseIterable {
    case throttled
    case gpuMemory
    case utilisation
    case clock
}
