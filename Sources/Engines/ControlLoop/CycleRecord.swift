internal import CKernel

/// How late the cycles were and how long they took: fixed buckets, one writer, read by others while it runs.
@safe package struct CycleRecord: @unchecked Sendable {
    /// Buckets of 20 us up to 20 ms, and one for everything above.
    private static let bucketNanoseconds: UInt64 = 20_000
    private static let buckets = 1_001
    private let counts: UnsafeMutablePointer<UInt64>
    private let highest: UnsafeMutablePointer<UInt64>

    package init() {
        unsafe counts = .allocate(capacity: Self.buckets)
        unsafe counts.initialize(repeating: 0, count: Self.buckets)
        unsafe highest = .allocate(capacity: 1)
        unsafe highest.initialize(to: 0)
    }

    func add(_ nanoseconds: UInt64) {
        let place = min(Int(clamping: nanoseconds / Self.bucketNanoseconds), Self.buckets - 1)
        unsafe ls_count(counts + place, 1)
        if unsafe ls_counted(highest) < nanoseconds { unsafe ls_count_set(highest, nanoseconds) }
    }

    package var maximum: UInt64 { unsafe ls_counted(highest) }

    /// The upper edge of the bucket that holds the `share` quantile, in nanoseconds.
    package func quantile(_ share: Double) -> UInt64 {
        var total: UInt64 = 0
        for place in 0..<Self.buckets { total += unsafe ls_counted(counts + place) }
        guard total > 0 else { return 0 }
        let rank = UInt64((Double(total) * share).rounded(.up))
        var sum: UInt64 = 0
        for place in 0..<Self.buckets {
            sum += unsafe ls_counted(counts + place)
            if sum >= rank { return min(UInt64(place + 1) * Self.bucketNanoseconds, maximum) }
        }
        return maximum
    }
}
