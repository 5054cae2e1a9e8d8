internal import Core

/// What is wrong with the device, and since when. It is fed before a switch as well as after it: only what began after the
/// switch can be the new release's doing.
package struct DeviceWatch: Hashable, Sendable {
    /// Nobody knows what was between two samples further apart: what stood then stands anew.
    package static let sampleGapMax = 5 * Span64.second

    struct Standing: Hashable, Sendable {
        let condition: DeviceCondition
        let began: Instant
        let evidence: String
    }

    private let settings: WatchSettings.DeviceHealth
    private var began: [DeviceCondition: Instant] = [:]
    private var last: DeviceSample?

    package init(_ settings: WatchSettings.DeviceHealth = WatchSettings().deviceHealth) { self.settings = settings }

    package mutating func note(_ sample: DeviceSample) {
        for condition in DeviceCondition.allCases {
            guard isWrong(condition, in: sample) else {
                began[condition] = nil
                continue
            }
            let isGap = last.map { sample.at.since($0.at) > Self.sampleGapMax } ?? true
            if began[condition] == nil || (condition == .utilisation && isGap) { began[condition] = sample.at }
        }
        last = sample
    }

    private func isWrong(_ condition: DeviceCondition, in sample: DeviceSample) -> Bool {
        switch condition {
        case .throttled: sample.isThrottled && !settings.isThrottlingAllowed
        case .gpuMemory: sample.gpuMemoryMegabytes.map { $0 > settings.gpuMemoryMegabytesMax } ?? false
        case .utilisation: sample.utilisation.map { $0 > settings.utilisationMax } ?? false
        case .clock: sample.clockOffset.map { $0 > settings.clockOffsetMax } ?? false
        }
    }

    /// What is wrong at the last sample, in the order of `DeviceCondition`.
    var standing: [Standing] {
        guard let last else { return [] }
        return DeviceCondition.allCases.compactMap { condition in
            guard let since = began[condition] else { return nil }
            if condition == .utilisation, last.at.since(since) < settings.utilisationFor { return nil }
            return Standing(condition: condition, began: since, evidence: evidence(condition, last))
        }
    }

    private func evidence(_ condition: DeviceCondition, _ sample: DeviceSample) -> String {
        switch condition {
        case .throttled: "the device is throttled by its temperature or power"
        case .gpuMemory:
            "the engine holds \(Int(sample.gpuMemoryMegabytes ?? 0)) MB of GPU memory; the limit is "
                + "\(Int(settings.gpuMemoryMegabytesMax)) MB"
        case .utilisation:
            "utilisation above \(Percent(settings.utilisationMax)) for \(settings.utilisationFor / Span64.second) s, "
                + "now \(Percent(sample.utilisation ?? 0))"
        case .clock:
            "the clock is off by \(Milliseconds(sample.clockOffset ?? 0)); the limit is "
                + "\(Milliseconds(settings.clockOffsetMax))"
        }
    }
}
