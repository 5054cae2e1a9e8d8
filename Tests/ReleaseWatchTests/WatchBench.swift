import Core
import ReleaseWatch

/// A line that a test feeds to a watch: parts come evenly, and all of them pass unless the test says otherwise.
struct WatchBench {
    static let start = Instant(nanoseconds: 5_000 * Span64.second)
    static let ms = Span64.millisecond

    /// 10,000 parts, 4 % rejected, none failed, p95 20 ms, p99 25 ms.
    static let lastGood = ReleaseBaseline(parts: 10_000, rejects: 400, failures: 0, p95: 20 * ms, p99: 25 * ms)

    var watch: ReleaseWatch
    var now = start
    var number: UInt64 = 1000
    /// Between two parts: 30 a second.
    var pitch = Span64.second / 30
    /// What came, in order.
    var decisions: [WatchDecision] = []

    init(
        _ settings: WatchSettings = WatchSettings(), lastGood: ReleaseBaseline? = lastGood, canGoBack: Bool = true,
        device: DeviceWatch? = nil
    ) {
        watch = ReleaseWatch(
            settings, lastGood: lastGood, canGoBack: canGoBack, switchedAt: Self.start, device: device)
    }

    /// Never proved within a test that is about something else.
    static var endless: WatchSettings {
        var settings = WatchSettings()
        settings.healthy.parts = .max
        return settings
    }

    mutating func part(
        _ verdict: Verdict = .pass, _ reason: Reason? = nil, latency: UInt64 = 10 * ms, shadow: Verdict? = nil
    ) {
        now = now.advanced(by: pitch)
        number += 1
        let part = WatchedPart(
            number: number, at: now, verdict: verdict, reason: reason ?? (verdict == .pass ? .ok : .defect),
            latency: latency, shadow: shadow)
        hear(watch.judged(part))
    }

    mutating func parts(_ count: Int, latency: UInt64 = 10 * ms) {
        for _ in 0..<count { part(latency: latency) }
    }

    /// `rejects` of `count`, spread evenly; of these the shadow rejects `shadowRejects`, and passes all others.
    mutating func parts(_ count: Int, rejects: Int, shadowRejects: Int? = nil) {
        var left = shadowRejects ?? 0
        for place in 0..<count {
            let isReject = (place + 1) * rejects / count > place * rejects / count
            let shadow = shadowRejects.map { _ in isReject && left > 0 ? Verdict.reject : .pass }
            if isReject { left -= 1 }
            part(isReject ? .reject : .pass, shadow: shadow)
        }
    }

    mutating func failures(_ count: Int, _ reason: Reason = .modelError) {
        for _ in 0..<count { part(.reject, reason) }
    }

    mutating func sample(
        after seconds: Double = 1, isThrottled: Bool = false, memory: Double? = nil, utilisation: Double? = nil,
        clockOffset: UInt64? = nil
    ) {
        now = now.advanced(by: Span64.seconds(seconds))
        hear(
            watch.deviceSample(
                DeviceSample(
                    at: now, isThrottled: isThrottled, gpuMemoryMegabytes: memory, utilisation: utilisation,
                    clockOffset: clockOffset)))
    }

    mutating func crash(after seconds: Double) {
        now = now.advanced(by: Span64.seconds(seconds))
        hear(watch.engineCrashed(at: now))
    }

    mutating func tick(after seconds: Double) {
        now = now.advanced(by: Span64.seconds(seconds))
        hear(watch.tick(now))
    }

    mutating func hear(_ decision: WatchDecision?) {
        if let decision { decisions.append(decision) }
    }

    var words: [String] { decisions.map(\.word) }
}

extension WatchDecision {
    /// `back LATENCY`, `hold ESCAPE !` (with the fail-safe), `healthy`.
    var word: String {
        switch self {
        case .healthy: "healthy"
        case .rollBack(let report): "back \(report.trigger.rawValue)"
        case .hold(let report, let failSafe): "hold \(report.trigger.rawValue)\(failSafe ? " !" : "")"
        }
    }

    var report: TriggerReport? {
        switch self {
        case .healthy: nil
        case .rollBack(let report): report
        case .hold(let report, _): report
        }
    }
}

/// Chance that comes again: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
