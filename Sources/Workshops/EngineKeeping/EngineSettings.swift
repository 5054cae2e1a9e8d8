internal import Core

/// How engines are started: what is the same for every model of a process.
package struct EngineSettings: Hashable, Sendable {
    /// The program and the words before the descriptors: `lineside engine --threads 2 ...`.
    package var command: [String] = []
    package var slots = 256
    package var slotBytes = 128 << 20
    package var loadNanoseconds = 120 * Span64.second
    package var batchRowsMax = 1
    package var batchDelayMicroseconds = 0

    package init() {}
}
