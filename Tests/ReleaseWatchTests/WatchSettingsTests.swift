import Core
import ReleaseWatch
import Testing

@Suite struct WatchSettingsTests {
    @Test func nothingWrittenIsTheDefault() throws {
        #expect(try WatchSettings(nil) == WatchSettings())
        #expect(try WatchSettings([:]) == WatchSettings())
        #expect(try WatchSettings(["latency": [:], "healthy": nil]) == WatchSettings())
    }

    @Test func everyKeyIsRead() throws {
        let settings = try WatchSettings([
            "latency": [
                "on": false, "p95_max_ms": 12, "p99_max_ms": .number(20.5), "over_last_good": .number(0.5),
                "over_last_good_min_ms": 2, "window_s": 30, "window_parts_min": 200, "windows": 3,
            ],
            "inference_failure": ["on": false, "over_last_good": .number(0.01), "window_parts": 500, "consecutive": 5],
            "reject_rate": ["on": false, "ratio": 2, "sigmas": 4, "parts_min": 400, "shadow_parts_min": 50],
            "escape": ["on": false, "shadow_share_max": .number(0.02), "shadow_window_parts": 2000],
            "device_health": [
                "on": false, "throttling_allowed": true, "gpu_memory_max_mb": 1024, "utilisation_max": .number(0.9),
                "utilisation_s": 30, "crashes": 5, "crash_window_s": 60, "clock_offset_max_ms": 10,
            ],
            "healthy": ["parts": 100, "after_s": 60], "cooldown_s": 60,
        ])
        var wanted = WatchSettings()
        (wanted.latency.isOn, wanted.inferenceFailure.isOn, wanted.rejectRate.isOn) = (false, false, false)
        (wanted.escape.isOn, wanted.deviceHealth.isOn) = (false, false)
        (wanted.latency.p95Max, wanted.latency.p99Max) = (12_000_000, 20_500_000)
        (wanted.latency.overLastGood, wanted.latency.overLastGoodMin) = (0.5, 2_000_000)
        (wanted.latency.window, wanted.latency.windowPartsMin, wanted.latency.windows) = (30 * Span64.second, 200, 3)
        (wanted.inferenceFailure.overLastGood, wanted.inferenceFailure.windowParts) = (0.01, 500)
        wanted.inferenceFailure.consecutive = 5
        (wanted.rejectRate.ratio, wanted.rejectRate.sigmas) = (2, 4)
        (wanted.rejectRate.partsMin, wanted.rejectRate.shadowPartsMin) = (400, 50)
        (wanted.escape.shadowShareMax, wanted.escape.shadowWindowParts) = (0.02, 2000)
        (wanted.deviceHealth.isThrottlingAllowed, wanted.deviceHealth.gpuMemoryMegabytesMax) = (true, 1024)
        (wanted.deviceHealth.utilisationMax, wanted.deviceHealth.utilisationFor) = (0.9, 30 * Span64.second)
        (wanted.deviceHealth.crashes, wanted.deviceHealth.crashWindow) = (5, 60 * Span64.second)
        wanted.deviceHealth.clockOffsetMax = 10_000_000
        (wanted.healthy.parts, wanted.healthy.after, wanted.cooldown) = (100, 60 * Span64.second, 60 * Span64.second)
        #expect(settings == wanted)
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let settings: Datum
        let message: String
        var hint: String?
        var testDescription: String { message }
    }

    @Test(arguments: [
        Refused(
            settings: ["latencies": [:]], message: "there is no key 'watch.latencies'",
            hint: "there are latency, inference_failure, reject_rate, escape, device_health, healthy, cooldown_s"),
        Refused(
            settings: ["escape": ["share": 1]], message: "there is no key 'watch.escape.share'",
            hint: "there are on, shadow_share_max, shadow_window_parts"),
        Refused(settings: ["latency": 5], message: "watch.latency must be an object, not a whole number"),
        Refused(
            settings: ["latency": ["p99_max_ms": "45"]],
            message: "watch.latency.p99_max_ms must be a number from 0.1 to 60000.0"),
        Refused(
            settings: ["latency": ["p99_max_ms": 0]],
            message: "watch.latency.p99_max_ms must be a number from 0.1 to 60000.0"),
        Refused(
            settings: ["latency": ["p95_max_ms": 50]],
            message: "watch.latency.p95_max_ms must not be above watch.latency.p99_max_ms"),
        Refused(
            settings: ["device_health": ["crashes": .number(2.5)]],
            message: "watch.device_health.crashes must be a whole number from 1 to 100"),
        Refused(settings: ["escape": ["on": 1]], message: "watch.escape.on must be true or false"),
        Refused(
            settings: ["reject_rate": ["sigmas": 9]],
            message: "watch.reject_rate.sigmas must be a number from 1.0 to 6.0"),
        Refused(settings: [1], message: "watch must be an object, not a list"),
    ])
    func refuses(_ testCase: Refused) {
        do throws(Fault) {
            _ = try WatchSettings(testCase.settings)
            #expect(Bool(false), "was taken")
        } catch {
            #expect(error.message == testCase.message)
            #expect(error.hint == testCase.hint)
        }
    }
}
