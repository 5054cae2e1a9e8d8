internal import CKernel
internal import Core

/// How long an engine thread keeps a core that others wait for. The scheduler protects a running thread for a whole turn,
/// three milliseconds by default, which is more than an answer may be late; but short turns cost some per cent of the
/// throughput. So a thread takes short turns only while it runs requests whose deadline is near.
struct Turns {
    private static let niceness: Int32 = 5
    private static let shortNanoseconds: UInt64 = 200_000
    private static let nearNanoseconds = 250 * Span64.millisecond
    private var areShort = true

    /// This thread, and those that it starts, take short turns.
    static func takeShort() { _ = ls_take_turns(niceness, shortNanoseconds) }

    /// Suits this thread's turns to the deadline of its next run; a system call only when they change.
    mutating func suit(_ deadline: Instant) {
        let areNear = deadline.since(.now) < Self.nearNanoseconds
        guard areNear != areShort else { return }
        areShort = areNear
        _ = ls_take_turns(Self.niceness, areNear ? Self.shortNanoseconds : 0)
    }
}
