internal import Glibc

/// Signals that ask us to stop, taken by one thread that waits for them instead of handlers that interrupt everyone.
package enum Signals {
    /// Asks a program to read its configuration again.
    package static let hangUp = SIGHUP

    /// Blocks SIGINT, SIGTERM and SIGPIPE, and others that will be waited for, for this thread and every thread it will start.
    package static func block(and others: [Int32] = []) {
        signal(SIGPIPE, SIG_IGN)
        var set = stopping(or: others)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// A reader that goes away is an error to be handled, not a reason to die.
    package static func ignorePipe() { signal(SIGPIPE, SIG_IGN) }

    /// Leaves it to another process to tell us when to end: Ctrl-C and a service manager's stop reach the whole group, and
    /// what is in progress is to finish first.
    package static func ignoreInterrupts() {
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits until someone asks us to stop, or sends one of the others, and returns the signal.
    package static func waitForStop(or others: [Int32] = []) -> Int32 {
        var set = stopping(or: others)
        var signal: Int32 = 0
        while unsafe sigwait(&set, &signal) != 0 {}
        return signal
    }

    private static func stopping(or others: [Int32]) -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGTERM)
        for signal in others { unsafe sigaddset(&set, signal) }
        return set
    }
}
