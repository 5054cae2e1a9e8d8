internal import CKernel
internal import Core
internal import Synchronization

/// When the watchdog looks next. Whoever needs it earlier sets the clock back, and only then is anybody woken: a run whose
/// deadline lies behind the next look, nearly every one, costs no wake-up.
///
/// Concurrency: one thread sleeps, any thread sets; what both read is under the lock, and the futex word counts the rings.
@safe final class AlarmClock: @unchecked Sendable {
    private let rings: UnsafeMutablePointer<UInt32>
    /// nil when nobody is to be woken.
    private let next = Mutex<Instant?>(nil)

    init() {
        unsafe rings = .allocate(capacity: 1)
        unsafe rings.initialize(to: 0)
    }

    deinit { unsafe rings.deallocate() }

    /// Sees to it that the sleeper is up at `instant`.
    func set(_ instant: Instant) {
        let isEarlier = next.withLock { next in
            if let next, next <= instant { return false }
            next = instant
            return true
        }
        guard isEarlier else { return }
        _ = unsafe ls_add(rings, 1)
        _ = unsafe ls_futex_wake(rings, 1)
    }

    /// Sleeps until the instant that `look` names, for ever when it names none, or until an earlier one is set. Whoever sets the
    /// clock while `look` looks waits for it to be done, and whoever does before the sleep has rung: no instant is slept
    /// through.
    func sleep(after look: () -> Instant?) {
        let heard = unsafe ls_load(rings)
        let until = next.withLock { next in
            next = look()
            return next
        }
        _ = unsafe ls_futex_wait(rings, heard, until?.nanoseconds ?? 0)
    }
}
