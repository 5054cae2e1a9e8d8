internal import CKernel

/// Sleeping, for threads of our own that have nothing else to wait for.
package enum Pause {
    package static func nanoseconds(_ span: UInt64) { until(Instant.now.advanced(by: span)) }

    package static func until(_ end: Instant) {
        var nothing: UInt32 = 0
        while Instant.now < end { _ = unsafe ls_futex_wait(&nothing, 0, end.nanoseconds) }
    }
}
