internal import Core

/// How long a camera's frames are under way: what tells which part a frame can show that names none.
package struct FrameTiming: Hashable, Sendable {
    /// A frame that comes sooner after a trigger was taken before it.
    package var after: UInt64 = 0
    /// How long a part waits for its frame.
    package var within = 60 * Span64.millisecond
    /// How much later still a frame may come that nobody waits for any more.
    package var late = 60 * Span64.millisecond
    /// Every part has one frame at most, and frames come in the order of their parts; else the camera runs on its own.
    package var isOneEach = false

    package init() {}

    /// From the trigger to the last moment at which its frame can come.
    var longest: UInt64 { within.addingReportingOverflow(late).partialValue }
}
