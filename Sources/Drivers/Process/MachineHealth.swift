internal import CKernel
internal import Glibc

/// What the kernel says of the machine's own health.
package enum MachineHealth {
    /// How often the processors were slowed down for their temperature since the machine started; 0 where nobody counts.
    package static var throttleCount: UInt64 {
        var sum: UInt64 = 0
        for processor in 0..<Int(max(1, sysconf(Int32(_SC_NPROCESSORS_CONF)))) {
            let path = "/sys/devices/system/cpu/cpu\(processor)/thermal_throttle/core_throttle_count"
            guard let text = ProcessFacts.readSmall(path) else { continue }
            sum += UInt64(text.prefix { $0.isNumber }) ?? 0
        }
        return sum
    }

    /// Nanoseconds by which the clock is off by the kernel's own account; nil while nobody disciplines it.
    package static var clockOffset: UInt64? {
        let offset = ls_clock_offset_ns()
        return offset < 0 ? nil : UInt64(offset)
    }
}
