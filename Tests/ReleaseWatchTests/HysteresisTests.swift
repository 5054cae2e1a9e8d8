import Core
import ReleaseWatch
import Testing

@Suite struct HysteresisTests {
    private static let ms = WatchBench.ms

    private static func golden(_ bench: inout WatchBench, got: Verdict = .pass) {
        bench.hear(bench.watch.goldenPart(expected: .reject, got: got, number: bench.number, at: bench.now))
    }

    // MARK: proof

    @Test func aReleaseIsProvedByPartsAndTime() {
        var bench = WatchBench()
        bench.parts(18_000 - 1)
        #expect(bench.words == [] && bench.watch.missing(bench.now).parts == 0)
        bench.tick(after: 1)
        #expect(bench.words == ["healthy"] && bench.watch.phase == .proved)
        bench.parts(5000)
        #expect(bench.words == ["healthy"])
    }

    @Test func timeAloneProvesNothing() {
        var bench = WatchBench()
        bench.parts(1999)
        for _ in 0..<3600 { bench.tick(after: 1) }
        #expect(bench.words == [] && bench.watch.missing(bench.now).parts == 1)
        bench.part()
        #expect(bench.words == ["healthy"])
    }

    @Test func aSlowWindowIsWaitedFor() {
        var settings = WatchSettings()
        settings.healthy.after = 60 * Span64.second
        settings.healthy.parts = 1800
        var bench = WatchBench(settings)
        bench.parts(1801, latency: 40 * Self.ms)
        #expect(bench.words == [])
        bench.parts(1801)
        #expect(bench.words == ["healthy"])
    }

    @Test func theProvedReleaseGivesItsFigures() {
        var bench = WatchBench()
        for place in 0..<18_100 {
            bench.part(place % 50 == 0 ? .reject : .pass, latency: UInt64(place % 100 + 1) * Self.ms / 5)
        }
        guard case .healthy(let baseline)? = bench.decisions.first else { return #expect(Bool(false)) }
        #expect(baseline.parts == 18_001 && baseline.failures == 0 && baseline.rejects == 361)
        #expect(baseline.p95 == 19 * Self.ms && baseline.p99 == 19_800_000)
    }

    // MARK: once, then a person

    @Test func onceProvedOnlyAnEscapeTakesItBack() {
        var bench = WatchBench()
        bench.parts(18_001)
        bench.failures(5)
        bench.crash(after: 1)
        bench.crash(after: 1)
        bench.crash(after: 1)
        #expect(bench.words == ["healthy", "hold INFERENCE_FAILURE", "hold DEVICE_HEALTH"])
        Self.golden(&bench)
        #expect(bench.words.last == "back ESCAPE" && bench.watch.phase == .rolledBack)
    }

    @Test func withNowhereToGoEveryTriggerIsHeldOnce() {
        var bench = WatchBench(lastGood: nil, canGoBack: false)
        Self.golden(&bench)
        Self.golden(&bench)
        bench.failures(10)
        bench.sample(isThrottled: true)
        bench.sample(isThrottled: true)
        #expect(bench.words == ["hold ESCAPE !", "hold INFERENCE_FAILURE", "hold DEVICE_HEALTH !"])
        #expect(bench.watch.held == [.escape, .inferenceFailure, .deviceHealth])
        bench.parts(20_000)
        #expect(bench.words.count == 3, "a held release is not proved")
        bench.watch.personActed(at: bench.now)
        bench.parts(18_001)
        #expect(bench.words.count == 4 && bench.words.last == "healthy")
    }

    @Test func nothingIsSaidAfterARollback() {
        var bench = WatchBench()
        bench.failures(3)
        bench.failures(50)
        Self.golden(&bench)
        bench.sample(isThrottled: true)
        bench.hear(bench.watch.loadFailed("late", at: bench.now))
        bench.hear(bench.watch.confirmedEscape(part: bench.number, at: bench.now))
        bench.watch.personActed(at: bench.now)
        bench.parts(20_000)
        #expect(bench.words == ["back INFERENCE_FAILURE"])
    }

    // MARK: the process, not the model

    @Test func whenTheLastGoodShowsTheSameItIsTheProcess() {
        var bench = WatchBench(WatchBench.endless)
        bench.parts(400, rejects: 60, shadowRejects: 58)
        #expect(bench.words == ["hold REJECT_RATE"])
        bench.parts(4000, rejects: 600, shadowRejects: 580)
        #expect(bench.words == ["hold REJECT_RATE"])
        Self.golden(&bench)
        #expect(bench.words.last == "back ESCAPE", "a hold keeps no other trigger")
    }

    @Test func whenTheLastGoodDoesNotItIsTheModel() {
        var bench = WatchBench(WatchBench.endless)
        bench.parts(400, rejects: 60, shadowRejects: 16)
        #expect(bench.words == ["back REJECT_RATE"])
        #expect(bench.decisions[0].report?.evidence.contains("and today") == true)
    }

    @Test func tooFewShadowedPartsSayNothing() {
        var bench = WatchBench(WatchBench.endless)
        for _ in 0..<90 { bench.part(.pass, shadow: .pass) }
        bench.parts(300, rejects: 90)
        #expect(bench.words == ["back REJECT_RATE"])
    }

    // MARK: the device

    @Test func whatWasWrongBeforeTheSwitchIsNotBlamedOnTheRelease() {
        var device = DeviceWatch()
        device.note(DeviceSample(at: Instant(nanoseconds: WatchBench.start.nanoseconds - 1), isThrottled: true))
        var bench = WatchBench(WatchBench.endless, device: device)
        bench.sample(after: 0, isThrottled: true)
        bench.sample(isThrottled: true)
        #expect(bench.words == ["hold DEVICE_HEALTH !"])
        #expect(bench.decisions[0].report?.evidence.contains("before the switch") == true)
        bench.sample(isThrottled: true, memory: 4000)
        #expect(bench.words.last == "back DEVICE_HEALTH", "what began after it is")
    }

    @Test func aMinuteThatBeganBeforeTheSwitchIsNotTheReleases() {
        var device = DeviceWatch()
        let before = Instant(nanoseconds: WatchBench.start.nanoseconds - 3 * Span64.second)
        device.note(DeviceSample(at: before, utilisation: 0.9))
        var bench = WatchBench(WatchBench.endless, device: device)
        for _ in 0..<80 { bench.sample(utilisation: 0.9) }
        #expect(bench.words == ["hold DEVICE_HEALTH !"])
    }

    // MARK: which parts are not to be trusted

    @Test func aGoldenEscapeQuarantinesWhatCameAfterTheLastCatch() {
        var bench = WatchBench()
        bench.parts(10)
        Self.golden(&bench, got: .reject)
        bench.parts(7)
        Self.golden(&bench)
        #expect(bench.decisions[0].report?.quarantine == 1011...1017)
    }

    @Test func aConfirmedEscapeQuarantinesEverythingThatTheReleaseJudged() {
        var bench = WatchBench()
        bench.parts(10)
        Self.golden(&bench, got: .reject)
        bench.parts(7)
        bench.hear(bench.watch.confirmedEscape(part: 1017, at: bench.now))
        #expect(bench.decisions[0].report?.quarantine == 1001...1017)
    }

    @Test func withNoPartsThereIsNothingToQuarantine() {
        var bench = WatchBench()
        Self.golden(&bench)
        #expect(bench.decisions[0].report?.quarantine == nil)
    }
}
