internal import Core

/// Whether the release is too slow: quantiles of windows that are both long enough and full enough, judged at their end.
/// On a slow line a window lasts until it is full.
struct LatencyTrigger: Hashable, Sendable {
    /// More than any line brings in a window; whatever comes after is not kept.
    private static let windowPartsMax = 100_000

    private let settings: WatchSettings.Latency
    private let p99Limit: UInt64
    private let lastGoodP99: UInt64?
    private var windowBegan: Instant
    private var spans: [UInt32] = []
    private(set) var badWindows = 0

    init(_ settings: WatchSettings.Latency, lastGood: ReleaseBaseline?, from start: Instant) {
        self.settings = settings
        windowBegan = start
        lastGoodP99 = lastGood.flatMap { $0.parts >= settings.windowPartsMin ? $0.p99 : nil }
        p99Limit = min(settings.p99Max, lastGoodP99.map { Self.limit($0, settings) } ?? .max)
    }

    private static func limit(_ lastGood: UInt64, _ settings: WatchSettings.Latency) -> UInt64 {
        let share = UInt64((Double(lastGood) * settings.overLastGood).rounded())
        return lastGood + max(share, settings.overLastGoodMin)
    }

    mutating func note(_ latency: UInt64) {
        if spans.count < Self.windowPartsMax { spans.append(Quantiles.microseconds(latency)) }
    }

    /// What is wrong, once enough windows in a row were bad.
    mutating func complaint(_ now: Instant) -> String? {
        guard now.since(windowBegan) >= settings.window, spans.count >= settings.windowPartsMin else { return nil }
        let window = Quantiles(spans)
        let (p95, p99) = (window(0.95), window(0.99))
        let parts = spans.count
        spans.removeAll(keepingCapacity: true)
        windowBegan = now
        badWindows = p95 > settings.p95Max || p99 > p99Limit ? badWindows + 1 : 0
        guard badWindows >= settings.windows else { return nil }
        let before = lastGoodP99.map { ", the last good release p99 \(Milliseconds($0))" } ?? ""
        return "p95 \(Milliseconds(p95)), p99 \(Milliseconds(p99)) of \(parts) parts in the last of "
            + "\(badWindows) slow windows; the limits are \(Milliseconds(settings.p95Max)) and \(Milliseconds(p99Limit))"
            + before
    }
}
