internal import Synchronization

/// How a client behaves from its first exchange to its last.
package struct WebPlan: Hashable, Sendable {
    /// A PEM file of the authorities that servers must be signed by; nil for the machine's own.
    package var authorityFile: String?
    /// PEM files by which this side proves who it is.
    package var certificateFile: String?
    package var keyFile: String?
    package var proxy: String?
    /// Hosts that are asked directly, separated by commas.
    package var noProxy: String?
    package var connectMilliseconds = 10_000
    /// An exchange slower than this for that long is given up: a long download may take its time, a stuck one may not.
    package var leastBytesPerSecond = 1
    package var leastSpeedSeconds = 30
    package var redirectsMax = 5

    package init() {}
}

/// Ends an exchange from another thread, within a second.
package final class WebCancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package func cancel() { flag.store(true, ordering: .relaxed) }
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
