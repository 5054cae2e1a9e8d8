internal import Core
internal import Glibc
internal import Mailbox
internal import Synchronization

/// Looks once a second whether the mailbox still lies where it was opened. When somebody has taken it away, whoever opens
/// that path next meets nobody; so this process ends, and opens it anew when it is started again.
///
/// Concurrency: a thread of its own, beside the one that keeps the period.
final class MailboxWatch: Sendable {
    private static let look = Span64.second
    private let isGone = Atomic<Bool>(false)

    init(_ mailbox: Mailbox, at path: String) {
        Lane.start("mailbox-watch") { [self] in
            while mailbox.lies(at: path) { Pause.nanoseconds(Self.look) }
            Log.line("the mailbox \(path) is gone, or is another; both sides have to open it anew")
            isGone.store(true, ordering: .releasing)
            kill(getpid(), SIGTERM)
        }
    }

    /// What the process ends with.
    var exitCode: Int32 { isGone.load(ordering: .acquiring) ? ExitCode.unavailable : ExitCode.ok }
}
