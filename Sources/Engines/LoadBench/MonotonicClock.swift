internal import Glibc

/// The clock that latencies are taken from: it never steps, whatever happens to the time of day.
enum MonotonicClock {
    /// Now, from an origin that means nothing by itself.
    static var now: Nanoseconds { read(CLOCK_MONOTONIC) }

    /// Seconds since 1970, for the saved report only.
    static var wallSeconds: Int { Int(read(CLOCK_REALTIME) / 1_000_000_000) }

    private static func read(_ clock: clockid_t) -> Nanoseconds {
        var time = timespec()
        // Fails for an unknown clock or a bad address, and these are neither.
        _ = unsafe clock_gettime(clock, &time)
        return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
    }
}
