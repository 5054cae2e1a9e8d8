internal import Core

/// When a release is taken back, and when it is proved. Spans are nanoseconds. The keys are those of docs/spec/watch.md.
package struct WatchSettings: Hashable, Sendable {
    package struct Latency: Hashable, Sendable {
        package var isOn = true
        package var p95Max = 30 * Span64.millisecond
        package var p99Max = 45 * Span64.millisecond
        /// How much slower than the last good release, as a share of its p99 ...
        package var overLastGood = 0.2
        /// ... and at least by so much: a fast model's p99 moves more than that with the machine's mood.
        package var overLastGoodMin = Span64.millisecond
        /// A window is both: so long, and so many parts.
        package var window = 60 * Span64.second
        package var windowPartsMin = 500
        /// So many in a row.
        package var windows = 2
    }

    package struct InferenceFailure: Hashable, Sendable {
        package var isOn = true
        /// Above the last good release's share of failures.
        package var overLastGood = 0.005
        package var windowParts = 1000
        package var consecutive = 3
    }

    package struct RejectRate: Hashable, Sendable {
        package var isOn = true
        /// So many times the last good release's share of rejects.
        package var ratio = 1.5
        /// How sure one must be, both of the baseline and of the shift.
        package var sigmas = 3.0
        package var partsMin = 300
        /// From how many shadowed parts on the last good release's word counts.
        package var shadowPartsMin = 100
    }

    package struct Escape: Hashable, Sendable {
        package var isOn = true
        /// Share of parts that pass although the last good release rejects them.
        package var shadowShareMax = 0.01
        package var shadowWindowParts = 1000
    }

    package struct DeviceHealth: Hashable, Sendable {
        package var isOn = true
        package var isThrottlingAllowed = false
        package var gpuMemoryMegabytesMax = 3072.0
        package var utilisationMax = 0.8
        package var utilisationFor = 60 * Span64.second
        package var crashes = 3
        package var crashWindow = 600 * Span64.second
        package var clockOffsetMax = 50 * Span64.millisecond
    }

    package struct Healthy: Hashable, Sendable {
        package var parts = 2000
        package var after = 600 * Span64.second
    }

    package var latency = Latency()
    package var inferenceFailure = InferenceFailure()
    package var rejectRate = RejectRate()
    package var escape = Escape()
    package var deviceHealth = DeviceHealth()
    package var healthy = Healthy()
    /// After a rollback no other release is switched in for so long, unless a person orders it.
    package var cooldown = 1800 * Span64.second

    package init() {}
}
