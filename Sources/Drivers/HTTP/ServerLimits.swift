internal import Core

/// Everything a client may cost us. Times in nanoseconds.
package struct ServerLimits: Hashable, Sendable {
    package var headBytesMax = 64 << 10
    package var bodyBytesMax = 80 << 20
    package var connectionsMax = 1024
    /// From a head's first byte to its last.
    package var headNanoseconds = 10 * Span64.second
    /// Without a byte of the body; and the whole body may take this plus its size at `bodyBytesPerSecondMin`.
    package var bodyNanoseconds = 30 * Span64.second
    package var bodyBytesPerSecondMin = 64 << 10
    /// Between requests.
    package var idleNanoseconds = 75 * Span64.second
    package var writeNanoseconds = 30 * Span64.second
    /// After a refusal we read on for a while, so that the client gets to read it.
    package static let lingerNanoseconds = 5 * Span64.second
    package static let lingerBytesMax = 4 << 30
    /// What a connection keeps of its buffers between requests.
    package static let keptBufferBytesMax = 256 << 10
    /// What a listener may have outstanding before pieces are left out.
    static let streamBytesMax = 1 << 20
    /// Responses smaller than this are not worth compressing.
    package static let compressedBytesMin = 1024

    package init() {}
}
