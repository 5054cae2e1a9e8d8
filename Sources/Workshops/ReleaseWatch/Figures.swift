/// A share as people read it: `4.2 %`.
struct Percent: CustomStringConvertible {
    private let share: Double

    init(_ share: Double) { self.share = share }

    init(_ count: Int, of total: Int) { share = total == 0 ? 0 : Double(count) / Double(total) }

    /// Two significant places below one per cent, one decimal above.
    var description: String {
        let percent = share * 100
        return percent < 1 ? "\((percent * 1000).rounded() / 1000) %" : "\((percent * 10).rounded() / 10) %"
    }
}

/// Nanoseconds as people read them: `45.2 ms`.
struct Milliseconds: CustomStringConvertible {
    private let nanoseconds: UInt64

    init(_ nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    var description: String { "\((Double(nanoseconds) / 1e4).rounded() / 100) ms" }
}
