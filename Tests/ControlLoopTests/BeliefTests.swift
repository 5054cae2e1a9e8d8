import ControlLoop
import Core
import LineMap
import Testing

private typealias Change = @Sendable (inout VerdictLetter, inout ControlBench) -> Void

/// Something about a PASS, and what is shown of its part 20 ms after the trigger.
private struct Doubt: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Why it is not believed; nil for the near miss that is.
    let reason: Reason?
    let change: Change

    init(_ name: String, _ reason: Reason?, _ change: @escaping Change) {
        testDescription = name
        self.reason = reason
        self.change = change
    }

    static let all =
        [Doubt("honest", nil) { _, _ in }] + time + station + release + line
        + Reason.allCases.filter { $0 != .ok }.map { reason in
            Doubt("PASS because of \(reason.name)", .modelError) { letter, _ in letter.reason = reason }
        }

    private static let time = [
        Doubt("decided before its trigger", .stale) { letter, _ in
            letter.decided = Instant(nanoseconds: letter.key.triggered.nanoseconds - 1)
        },
        Doubt("decided at its trigger", nil) { letter, _ in letter.decided = letter.key.triggered },
        Doubt("decided now", nil) { letter, bench in letter.decided = bench.now.advanced(by: 5_000_000) },
        Doubt("decided in the future", .stale) { letter, bench in
            letter.decided = bench.now.advanced(by: 5_000_001)
        },
        Doubt("decided at the end of time", .stale) { letter, _ in letter.decided = .distantFuture },
    ]

    private static let station = [
        Doubt("of the station before", .deviceFault) { letter, _ in letter.stationLife -= 1 },
        Doubt("of the station after", .deviceFault) { letter, _ in letter.stationLife += 1 },
        Doubt("of no station", .deviceFault) { letter, _ in letter.stationLife = 0 },
        Doubt("the station is another one now", .deviceFault) { _, bench in bench.stationLife += 1 },
        Doubt("the station is another one now and knows", .deviceFault) { letter, bench in
            bench.stationLife += 1
            letter.stationLife += 1
        },
        Doubt("the station is silent", .deviceFault) { _, bench in bench.stationSilence = 100_000_001 },
        Doubt("the station is nearly silent", nil) { _, bench in bench.stationSilence = 100_000_000 },
        Doubt("the station is gone", .deviceFault) { _, bench in bench.stationSilence = nil },
    ]

    private static let release =
        [
            Doubt("of no release", .noModel) { letter, _ in letter.modelCode = 0 },
            Doubt("of the release before", .noModel) { letter, _ in letter.modelCode -= 1 },
            Doubt("the release was replaced", .noModel) { _, bench in bench.release += 1 },
            Doubt("the release was replaced and this is the new one's", nil) { letter, bench in
                bench.release += 1
                letter.modelCode += 1
            },
            Doubt("of no release, and there is none", .noModel) { letter, bench in
                bench.release = 0
                letter.modelCode = 0
            },
        ]
        + [
            (StationState.boot, Reason.noModel), (.noModel, .noModel), (.warming, .noModel), (.fault, .noModel),
            (.ready, nil), (.busy, nil),
        ].map { state, reason in
            Doubt("the station is \(state.name)", reason) { _, bench in bench.stationState = state }
        }

    private static let line = [
        Doubt("no verdict at all", .modelError) { letter, _ in letter.verdict = .none },
        Doubt("another part", .idMismatch) { letter, _ in letter.key = letter.key.with(part: letter.key.part + 1) },
        Doubt("the part before", .idMismatch) { letter, _ in letter.key = letter.key.with(part: letter.key.part - 1) },
        Doubt("another turn", .idMismatch) { letter, _ in
            letter.key = letter.key.with(sequence: letter.key.sequence + 1)
        },
        Doubt("the turn before", .idMismatch) { letter, _ in
            letter.key = letter.key.with(sequence: letter.key.sequence - 1)
        },
    ]
}

/// Which verdicts are believed.
@Suite struct BeliefTests {
    @Test(arguments: [Verdict.reject, .review], Doubt.all)
    private func aPassIsShownOnlyWhenEverythingAgrees(_ failSafe: Verdict, _ doubt: Doubt) {
        var bench = ControlBench(ControlBench.settings { $0.failSafe = failSafe })
        let key = bench.trigger(part: 40, turn: 9)
        #expect(bench.triggers == [TriggerLetter(key: key, partNumber: 0, ioLife: ControlBench.life)])
        bench.cycle()
        var letter = bench.letter(key)
        doubt.change(&letter, &bench)
        bench.cycle(hearing: [letter])
        #expect(bench.shown.said == Said(40, 9, doubt.reason == nil ? .pass : failSafe, doubt.reason ?? .ok))
        #expect(bench.shown.modelCode == (doubt.reason == nil ? letter.modelCode : 0))
        #expect(bench.shown.score == (doubt.reason == nil ? 2_500 : 0))
        #expect(bench.plan.counts.passes == (doubt.reason == nil ? 1 : 0))
        #expect(bench.plan.counts.failSafes == (doubt.reason == nil ? 0 : 1))
    }

    /// It names the part right, and answers another trigger: its part goes on waiting, and is decided in time.
    @Test(arguments: [
        Doubt("triggered a nanosecond earlier", .timeout) { letter, _ in
            letter.key = letter.key.with(triggered: letter.key.triggered.nanoseconds - 1)
        },
        Doubt("triggered a nanosecond later", .timeout) { letter, _ in
            letter.key = letter.key.with(triggered: letter.key.triggered.nanoseconds + 1)
        },
        Doubt("for the PLC process before", .timeout) { letter, _ in letter.ioLife -= 1 },
        Doubt("for the PLC process after", .timeout) { letter, _ in letter.ioLife += 1 },
        Doubt("for the PLC process before, and another part", .timeout) { letter, _ in
            letter.ioLife -= 1
            letter.key = letter.key.with(part: 1)
        },
        Doubt("of another part and turn", .timeout) { letter, _ in letter.key = letter.key.with(part: 1, sequence: 1) },
    ])
    private func aStrayVerdictIsNobodys(_ doubt: Doubt) {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        var letter = bench.letter(key)
        doubt.change(&letter, &bench)
        bench.cycle(hearing: [letter])
        #expect(bench.shown.said == nil && bench.shown.status.contains(.busy))
        #expect(bench.plan.counts.unasked == 1 && bench.plan.counts.refused == 0)
        bench.cycles(20)
        #expect(bench.shown.said == Said(40, 9, .reject, .timeout))
    }

    @Test func theHonestOneAfterAStrayOneIsBelieved() {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        var stray = bench.letter(key)
        stray.ioLife -= 1
        bench.cycle(hearing: [stray, bench.letter(key)])
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
    }

    /// A part's first verdict stands, whatever is said later.
    @Test func aSecondVerdictIsNobodys() {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        bench.cycle(hearing: [bench.letter(key, .reject), bench.letter(key, .pass)])
        #expect(bench.shown.said == Said(40, 9, .reject, .defect) && bench.plan.counts.unasked == 1)
        bench.cycle(hearing: [bench.letter(key, .pass)])
        #expect(bench.shown.said == Said(40, 9, .reject, .defect) && bench.plan.counts.passes == 0)
    }

    /// The age limit is the last moment at which a PASS is believed.
    @Test(arguments: [(0, nil), (1, .stale)] as [(UInt64, Reason?)])
    func aPassGrowsTooOld(_ over: UInt64, _ reason: Reason?) {
        let settings = ControlBench.settings { $0.decideWithin = $0.ageLimit + 10 * Span64.millisecond }
        var bench = ControlBench(settings)
        let key = bench.trigger(part: 40, turn: 9)
        let span = settings.ageLimit + over - bench.now.since(key.triggered)
        bench.cycle(after: span, hearing: [bench.letter(key)])
        #expect(bench.shown.said == Said(40, 9, reason == nil ? .pass : .reject, reason ?? .ok))
        #expect(bench.plan.counts.passes == 1 - over && bench.plan.counts.refused == over)
    }

    @Test(arguments: [Verdict.reject, .review])
    func whatIsTooOldIsNotBelievedWhateverItSays(_ verdict: Verdict) {
        let settings = ControlBench.settings { $0.decideWithin = $0.ageLimit + 10 * Span64.millisecond }
        var bench = ControlBench(settings)
        let key = bench.trigger(part: 40, turn: 9)
        bench.cycle(after: settings.ageLimit, hearing: [bench.letter(key, verdict)])
        #expect(bench.shown.said == Said(40, 9, .reject, .stale))
    }

    /// Whatever rejects is believed sooner than whatever passes: not the release nor its state can make it better.
    @Test(arguments: [Verdict.reject, .review], Reason.allCases)
    func aRejectIsBelievedWhateverItsRelease(_ verdict: Verdict, _ reason: Reason) {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        var letter = bench.letter(key, verdict, reason)
        letter.modelCode = 99
        bench.stationState = .warming
        bench.cycle(hearing: [letter])
        #expect(bench.shown.said == Said(40, 9, verdict, reason) && bench.shown.modelCode == 99)
    }

    @Test(arguments: [
        (Float(0), UInt16(0)), (0.12345, 1_234), (1, 10_000), (6.5535, 65_535), (7, 65_535), (-1, 0), (1e38, 65_535),
        (.greatestFiniteMagnitude, 65_535), (.nan, 0), (.infinity, 0), (-.infinity, 0),
    ])
    func everyScoreFitsItsRegister(_ score: Float, _ register: UInt16) {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        var letter = bench.letter(key, .reject)
        letter.score = score
        bench.cycle(hearing: [letter])
        #expect(bench.shown.score == register)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func aPassWithoutAScoreIsNotBelieved(_ score: Float) {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        var letter = bench.letter(key)
        letter.score = score
        bench.cycle(hearing: [letter])
        #expect(bench.shown.verdict == .reject)
    }

    @Test func bypassGivesAWaitingPartTheFailSafe() {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        bench.plc?.control = [.enable, .bypass]
        bench.cycle()
        bench.cycle(hearing: [bench.letter(key)])
        #expect(bench.shown.said == Said(40, 9, .reject, .bypass) && bench.plan.counts.refused == 1)
    }

    @Test(arguments: [ControlBits.enable, [.enable, .reset], []])
    func otherBitsOfTheControlWordDoNotDoubtAPass(_ control: ControlBits) {
        var bench = ControlBench()
        let key = bench.trigger(part: 40, turn: 9)
        bench.plc?.control = control
        bench.cycle()
        bench.cycle(hearing: [bench.letter(key)])
        #expect(bench.shown.said == Said(40, 9, .pass, .ok))
    }

    /// The same part under the same turn, after the PLC began again: the old PASS is for the old trigger.
    @Test func aTurnThatComesBackDoesNotBringItsVerdictBack() {
        var bench = ControlBench()
        let old = bench.trigger(part: 40, turn: 9)
        let pass = bench.letter(old)
        bench.plc?.sequence = 0
        bench.cycles(30)
        #expect(bench.shown.said == Said(40, 9, .reject, .timeout))
        bench.acknowledge(9, .reject)
        bench.trigger(part: 40, turn: 9)
        bench.cycle(hearing: [pass])
        #expect(bench.shown.verdict != .pass && bench.plan.counts.passes == 0)
    }

    @Test func tornLettersAreCountedAndDecideNothing() {
        var bench = ControlBench()
        bench.trigger(part: 40, turn: 9)
        bench.plan.hearTorn()
        bench.cycle()
        #expect(bench.plan.counts.torn == 1 && bench.shown.said == nil && bench.shown.status.contains(.busy))
    }
}
