internal import CKernel

/// Counts of spans in fixed buckets. Any thread may add; a reader may see a sum that is one span ahead of its count.
@safe package final class Histogram: @unchecked Sendable {
    /// Upper bounds in nanoseconds, with the text that Prometheus shows.
    // swift-format-ignore
    package static let bounds: [(nanoseconds: UInt64, text: StaticString)] = [
        (10_000, "0.00001"), (25_000, "0.000025"), (50_000, "0.00005"), (100_000, "0.0001"), (250_000, "0.00025"),
        (500_000, "0.0005"), (1_000_000, "0.001"), (2_500_000, "0.0025"), (5_000_000, "0.005"), (10_000_000, "0.01"),
        (20_000_000, "0.02"), (30_000_000, "0.03"), (40_000_000, "0.04"), (50_000_000, "0.05"), (100_000_000, "0.1"),
        (250_000_000, "0.25"), (1_000_000_000, "1"), (10_000_000_000, "10"),
    ]
    /// One count a bucket, one past the last bound, then the sum.
    private let cells: UnsafeMutablePointer<UInt64>
    private static let cellCount = bounds.count + 2

    package init() {
        unsafe cells = .allocate(capacity: Self.cellCount)
        unsafe cells.initialize(repeating: 0, count: Self.cellCount)
    }

    deinit { unsafe cells.deallocate() }

    package func add(_ nanoseconds: UInt64) {
        var place = 0
        while place < Self.bounds.count, nanoseconds > Self.bounds[place].nanoseconds { place += 1 }
        unsafe ls_count(cells + place, 1)
        unsafe ls_count(cells + Self.bounds.count + 1, nanoseconds)
    }

    /// Counts by bucket, not yet summed up, the one past the last bound included.
    package var counts: [UInt64] { (0...Self.bounds.count).map { unsafe ls_counted(cells + $0) } }
    package var sumNanoseconds: UInt64 { unsafe ls_counted(cells + Self.bounds.count + 1) }
}

/// A number that only grows. Any thread may add.
@safe package final class Counter: @unchecked Sendable {
    private let cell: UnsafeMutablePointer<UInt64>

    package init() {
        unsafe cell = .allocate(capacity: 1)
        unsafe cell.initialize(to: 0)
    }

    deinit { unsafe cell.deallocate() }

    package func add(_ count: UInt64 = 1) { unsafe ls_count(cell, count) }
    package func set(_ value: UInt64) { unsafe ls_count_set(cell, value) }
    package var value: UInt64 { unsafe ls_counted(cell) }
}
