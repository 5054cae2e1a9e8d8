/// The last so many times of a stage, and how often it took more than its share.
struct StageWindow: Sendable {
    private static let size = 1024
    private var values: [UInt64] = []
    private var next = 0
    private(set) var late: UInt64 = 0
    let name: String
    let shareMilliseconds: Double

    init(_ name: String, shareMilliseconds: Double) {
        self.name = name
        self.shareMilliseconds = shareMilliseconds
        values.reserveCapacity(Self.size)
    }

    mutating func add(_ nanoseconds: UInt64) {
        if values.count < Self.size { values.append(nanoseconds) } else { values[next] = nanoseconds }
        next = (next + 1) % Self.size
        if Double(nanoseconds) / 1e6 > shareMilliseconds { late += 1 }
    }

    /// Too few times say nothing of a hundredth.
    private static let meaningful = 200

    /// What is wrong when one in a hundred takes more than its share; nil when nothing is.
    func complaint(p99: Double) -> String? {
        guard values.count >= Self.meaningful, p99 > shareMilliseconds else { return nil }
        return "stage \(name) takes \(tenths(p99)) ms at p99, and its share is \(tenths(shareMilliseconds)) ms"
    }

    private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    /// The quantiles of what is there, in milliseconds.
    func quantiles(_ shares: [Double]) -> [Double] {
        guard !values.isEmpty else { return shares.map { _ in 0 } }
        let sorted = values.sorted()
        return shares.map { share in
            let rank = Int((Double(sorted.count) * share).rounded(.up)) - 1
            return Double(sorted[max(0, min(sorted.count - 1, rank))]) / 1e6
        }
    }
}
