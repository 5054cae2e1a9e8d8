internal import CKernel

/// A point on CLOCK_MONOTONIC in nanoseconds: the clock that deadlines are written in, the same in every process of the machine.
package struct Instant: Hashable, Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static var now: Instant { Instant(nanoseconds: ls_now()) }
    package static let distantFuture = Instant(nanoseconds: .max)

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Later by a non-negative number of nanoseconds; saturates instead of wrapping.
    package func advanced(by span: UInt64) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(span)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// Nanoseconds since `earlier`; zero when it is not earlier.
    package func since(_ earlier: Instant) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }
}

/// The time of day, for what people and other machines read. Never for deadlines.
package enum WallClock {
    /// Since 1970.
    package static var milliseconds: UInt64 { UInt64(max(0, ls_wall_ns() / 1_000_000)) }
}

/// Spans that settings and tests spell out.
package enum Span64 {
    package static let millisecond: UInt64 = 1_000_000
    package static let second: UInt64 = 1_000_000_000
    /// Seconds as people write them, to nanoseconds.
    package static func seconds(_ value: Double) -> UInt64 { UInt64((value * 1e9).rounded()) }
}
