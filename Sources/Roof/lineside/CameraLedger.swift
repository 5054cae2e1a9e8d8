internal import Core
internal import FrameRing
internal import JSON

/// What was seen of a camera so far.
struct CameraLedger {
    private(set) var frames = 0
    private var last: FrameFacts?
    private var intervals: [UInt64] = []
    private var lags: [UInt64] = []
    private var state = CameraState()
    private var skipped: UInt64 = 0

    /// Enough for a day of a fast camera's percentiles; after that the older half goes.
    private static let samplesMax = 1 << 20

    mutating func add(_ frame: FrameInRing, seen: Instant) -> CameraLine {
        let facts = frame.facts
        let interval = last.map { facts.arrived.since($0.arrived) }
        let lag = seen.since(facts.arrived)
        frames += 1
        last = facts
        if let interval { Self.keep(interval, in: &intervals) }
        Self.keep(lag, in: &lags)
        return .frame(frame, interval: interval, lag: lag)
    }

    private static func keep(_ value: UInt64, in samples: inout [UInt64]) {
        if samples.count == samplesMax { samples.removeFirst(samplesMax / 2) }
        samples.append(value)
    }

    /// Nil when it says nothing that was not said before.
    mutating func add(_ next: CameraState) -> CameraLine? {
        defer { state = next }
        if next.phase == .lost, state.phase != .lost || next.error != state.error { return .lost(next) }
        if next.phase == .connected, state.phase != .connected || next.counts.openings != state.counts.openings {
            last = nil
            return .connected(next)
        }
        let isUnusable = next.counts.damaged != state.counts.damaged || next.counts.oversized != state.counts.oversized
        return isUnusable || next.error != state.error ? .unusable(next) : nil
    }

    mutating func end(_ last: CameraState, skipped count: UInt64) {
        state = last
        skipped = count
    }

    var text: String {
        guard frames > 0 else { return "no frame\(state.error.isEmpty ? "" : ": \(state.error)")" }
        let counts = state.counts
        let rhythm =
            intervals.isEmpty
            ? "" : ", every \(ms(intervals, 50)) ms (p99 \(ms(intervals, 99)))"
        return """
            \(frames) frames\(rhythm), here \(us(lags, 50)) us after arrival (p99 \(us(lags, 99)))
            lost \(counts.losses) times, opened \(counts.openings); frames missing \(counts.missing), damaged \(counts.damaged), \
            overtaken \(counts.dropped) before and \(skipped) in shared memory, too large \(counts.oversized)
            """
    }

    var json: String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("event", "summary")
        json.member("frames", UInt64(frames))
        json.member("interval_p50_ns", Self.percentile(intervals, 50))
        json.member("interval_p99_ns", Self.percentile(intervals, 99))
        json.member("lag_p50_ns", Self.percentile(lags, 50))
        json.member("lag_p99_ns", Self.percentile(lags, 99))
        json.member("missing", state.counts.missing)
        json.member("damaged", state.counts.damaged)
        json.member("dropped", state.counts.dropped)
        json.member("skipped", skipped)
        json.member("oversized", state.counts.oversized)
        json.member("losses", state.counts.losses)
        json.member("openings", state.counts.openings)
        json.member("error", state.error)
        json.endObject()
        return buffer.text
    }

    private func ms(_ samples: [UInt64], _ percent: Int) -> String {
        CameraLine.milliseconds(Self.percentile(samples, percent))
    }
    private func us(_ samples: [UInt64], _ percent: Int) -> UInt64 { Self.percentile(samples, percent) / 1000 }

    private static func percentile(_ samples: [UInt64], _ percent: Int) -> UInt64 {
        let sorted = samples.sorted()
        return sorted.isEmpty ? 0 : sorted[(sorted.count - 1) * percent / 100]
    }
}
