/// Exact quantiles of a window of spans, by nearest rank.
struct Quantiles {
    private let sorted: [UInt32]

    init(_ microseconds: [UInt32]) { sorted = microseconds.sorted() }

    /// Nanoseconds below or at which the share `quantile` of all spans lies; zero of none.
    func callAsFunction(_ quantile: Double) -> UInt64 {
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((quantile * Double(sorted.count)).rounded(.up))
        return UInt64(sorted[min(max(rank, 1), sorted.count) - 1]) * 1000
    }

    /// Rounded up, so that a limit of whole microseconds is passed exactly when the span passes it.
    static func microseconds(_ nanoseconds: UInt64) -> UInt32 {
        UInt32(clamping: nanoseconds / 1000 + (nanoseconds % 1000 == 0 ? 0 : 1))
    }
}
