internal import Core
internal import Synchronization

/// When the watchdog looks next. Whoever needs it earlier sets the clock back, and only then is anybody woken: a run whose
/// deadline lies behind the next look, nearly every one, costs no wake-up.
///
/// Concurrency: one thread sleeps, any thread sets.
final class AlarmClock: Sendable {
    private let bell = Doorbell()
    /// nil when nobody is to be woken.
    private let next = Mutex<Instant?>(nil)

    /// Sees to it that the sleeper is up at `instant`.
    func set(_ instant: Instant) {
        let isEarlier = next.withLock { next in
            if let next, next <= instant { return false }
            next = instant
            return true
        }
        if isEarlier { bell.ring() }
    }

    /// Sleeps until the instant that `look` names, for ever when it names none, or until an earlier one is set. Whoever sets the
    /// clock while `look` looks waits for it to be done, and whoever does before the sleep has rung: no instant is slept
    /// through.
    func sleep(after look: () -> Instant?) {
        let heard = bell.rings
        let until = next.withLock { next in
            next = look()
            return next
        }
        bell.wait(since: heard, until: until ?? .distantFuture)
    }
}
