package import Core

extension WatchSettings {
    private static let keys = [
        "latency", "inference_failure", "reject_rate", "escape", "device_health", "healthy", "cooldown_s",
    ]

    /// What is not written keeps its default; a key that is not known is refused.
    package init(_ datum: Datum?, at path: String = "watch") throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: Self.keys)
        latency = try Latency(reader.value("latency"), reader.name("latency"))
        inferenceFailure = try InferenceFailure(reader.value("inference_failure"), reader.name("inference_failure"))
        rejectRate = try RejectRate(reader.value("reject_rate"), reader.name("reject_rate"))
        escape = try Escape(reader.value("escape"), reader.name("escape"))
        deviceHealth = try DeviceHealth(reader.value("device_health"), reader.name("device_health"))
        healthy = try Healthy(reader.value("healthy"), reader.name("healthy"))
        cooldown = try reader.span("cooldown_s", unit: Span64.second, in: 0...604_800) ?? cooldown
    }
}

extension WatchSettings.Latency {
    private static let keys = [
        "on", "p95_max_ms", "p99_max_ms", "over_last_good", "over_last_good_min_ms", "window_s", "window_parts_min",
        "windows",
    ]

    fileprivate init(_ datum: Datum?, _ path: String) throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: Self.keys)
        isOn = try reader.bool("on") ?? isOn
        p95Max = try reader.span("p95_max_ms", unit: Span64.millisecond, in: 0.1...60_000) ?? p95Max
        p99Max = try reader.span("p99_max_ms", unit: Span64.millisecond, in: 0.1...60_000) ?? p99Max
        overLastGood = try reader.number("over_last_good", in: 0...100) ?? overLastGood
        overLastGoodMin =
            try reader.span("over_last_good_min_ms", unit: Span64.millisecond, in: 0...1000) ?? overLastGoodMin
        window = try reader.span("window_s", unit: Span64.second, in: 1...3600) ?? window
        windowPartsMin = try reader.whole("window_parts_min", in: 100...100_000) ?? windowPartsMin
        windows = try reader.whole("windows", in: 1...10) ?? windows
        guard p95Max <= p99Max else {
            throw Fault(.invalid, "\(reader.name("p95_max_ms")) must not be above \(reader.name("p99_max_ms"))")
        }
    }
}

extension WatchSettings.InferenceFailure {
    fileprivate init(_ datum: Datum?, _ path: String) throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: ["on", "over_last_good", "window_parts", "consecutive"])
        isOn = try reader.bool("on") ?? isOn
        overLastGood = try reader.number("over_last_good", in: 0...1) ?? overLastGood
        windowParts = try reader.whole("window_parts", in: 100...100_000) ?? windowParts
        consecutive = try reader.whole("consecutive", in: 1...1000) ?? consecutive
    }
}

extension WatchSettings.RejectRate {
    fileprivate init(_ datum: Datum?, _ path: String) throws(Fault) {
        let reader = try DatumReader(
            datum, at: path, keys: ["on", "ratio", "sigmas", "parts_min", "shadow_parts_min"])
        isOn = try reader.bool("on") ?? isOn
        ratio = try reader.number("ratio", in: 1.1...100) ?? ratio
        sigmas = try reader.number("sigmas", in: 1...6) ?? sigmas
        partsMin = try reader.whole("parts_min", in: 30...1_000_000) ?? partsMin
        shadowPartsMin = try reader.whole("shadow_parts_min", in: 30...1_000_000) ?? shadowPartsMin
    }
}

extension WatchSettings.Escape {
    fileprivate init(_ datum: Datum?, _ path: String) throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: ["on", "shadow_share_max", "shadow_window_parts"])
        isOn = try reader.bool("on") ?? isOn
        shadowShareMax = try reader.number("shadow_share_max", in: 0...1) ?? shadowShareMax
        shadowWindowParts = try reader.whole("shadow_window_parts", in: 100...100_000) ?? shadowWindowParts
    }
}

extension WatchSettings.DeviceHealth {
    private static let keys = [
        "on", "throttling_allowed", "gpu_memory_max_mb", "utilisation_max", "utilisation_s", "crashes",
        "crash_window_s", "clock_offset_max_ms",
    ]

    fileprivate init(_ datum: Datum?, _ path: String) throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: Self.keys)
        isOn = try reader.bool("on") ?? isOn
        isThrottlingAllowed = try reader.bool("throttling_allowed") ?? isThrottlingAllowed
        gpuMemoryMegabytesMax = try reader.number("gpu_memory_max_mb", in: 1...1_048_576) ?? gpuMemoryMegabytesMax
        utilisationMax = try reader.number("utilisation_max", in: 0.01...1) ?? utilisationMax
        utilisationFor = try reader.span("utilisation_s", unit: Span64.second, in: 1...3600) ?? utilisationFor
        crashes = try reader.whole("crashes", in: 1...100) ?? crashes
        crashWindow = try reader.span("crash_window_s", unit: Span64.second, in: 1...86_400) ?? crashWindow
        clockOffsetMax =
            try reader.span("clock_offset_max_ms", unit: Span64.millisecond, in: 0.1...3_600_000) ?? clockOffsetMax
    }
}

extension WatchSettings.Healthy {
    fileprivate init(_ datum: Datum?, _ path: String) throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: ["parts", "after_s"])
        parts = try reader.whole("parts", in: 0...10_000_000) ?? parts
        after = try reader.span("after_s", unit: Span64.second, in: 0...2_592_000) ?? after
    }
}
