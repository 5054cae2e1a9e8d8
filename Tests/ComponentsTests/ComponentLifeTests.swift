import Components
import Core
internal import Process
import Testing

/// [component-life] A16, A22: the rules of one component's life, without a process.
@Suite struct ComponentLifeTests {
    // MARK: forward

    @Test func installsThenRuns() {
        var bench = LifeBench(.install, .run)
        #expect(bench.step == .install)
        bench.ends()
        #expect(bench.step == .run && bench.told == [.installed, .starting])
        bench.begins()
        #expect(bench.told == [.installed, .starting, .running])
        bench.mainEnds(0)
        #expect(bench.told.last == .finished)
    }

    @Test func isRunningWhenItsStartupHasEnded() {
        var bench = LifeBench(.startup)
        bench.begins()
        #expect(bench.told == [.installed, .starting])
        bench.ends()
        #expect(bench.told == [.installed, .starting, .running])
    }

    @Test func startupWinsOverRun() {
        var bench = LifeBench(.startup, .run)
        #expect(bench.step == .startup)
        bench.ends()
        #expect(bench.told.last == .running && bench.step == nil)
    }

    @Test func withoutAnyStepItIsFinished() { #expect(LifeBench().told == [.installed, .starting, .finished]) }

    @Test(arguments: [StepKind.startup, .run]) func skippedMeansFinished(_ kind: StepKind) {
        var bench = LifeBench(kind)
        bench.skips()
        #expect(bench.told.last == .finished)
    }

    @Test func aSkippedInstallIsDone() {
        var bench = LifeBench(.install, .run)
        bench.skips()
        #expect(bench.step == .run)
    }

    @Test func installsBeforeItsDependenciesButStartsAfter() {
        var bench = LifeBench(.install, .run)
        bench.mayStart(false)
        bench.ends()
        #expect(bench.told == [.installed] && bench.step == nil)
        bench.mayStart(true)
        #expect(bench.step == .run)
    }

    // MARK: bootstrap

    @Test func bootstrapComesFirst() {
        var bench = LifeBench(.bootstrap, .install)
        #expect(bench.step == .bootstrap)
        bench.ends()
        #expect(bench.step == .install && bench.requests.isEmpty)
    }

    @Test(arguments: [(100, NodeRequest.restartNode), (101, .rebootDevice)] as [(Int32, NodeRequest)])
    func bootstrapAsksAndWaits(_ code: Int32, _ request: NodeRequest) {
        var bench = LifeBench(.bootstrap, .install)
        bench.ends(code)
        #expect(bench.requests == [request] && bench.step == nil)
        bench.passes(3_600)
        #expect(bench.step == nil)
        bench.obey(.goOn)
        #expect(bench.step == .install)
    }

    @Test func anotherStatusOfBootstrapIsAnError() {
        var bench = LifeBench(.bootstrap)
        bench.ends(99)
        #expect(bench.told == [.errored])
    }

    // MARK: errors

    /// A22: three errors from the same state within an hour.
    @Test(arguments: [StepKind.install, .startup, .run]) func threeErrorsBreakIt(_ kind: StepKind) {
        var bench = LifeBench(kind)
        for attempt in 1...3 {
            #expect(bench.step == kind)
            if kind == .run { bench.begins() }
            if kind == .run { bench.mainEnds(1) } else { bench.ends(1) }
            #expect(bench.told.last == (attempt < 3 ? .errored : .broken))
            bench.sweeps()
            bench.passes(30)
        }
        #expect(bench.step == nil)
    }

    @Test func pausesBetweenAttemptsGrow() {
        var bench = LifeBench(.run)
        var pauses: [UInt64] = []
        for _ in 1...2 {
            bench.begins()
            bench.mainEnds(1)
            bench.sweeps()
            #expect(bench.step == nil)
            let wakes = bench.life.wakesAt ?? .distantFuture
            pauses.append(wakes.since(bench.now))
            bench.passes(Double(pauses.last ?? 0) / 1e9)
        }
        #expect(pauses == [ComponentLife.shortestPause, 2 * ComponentLife.shortestPause])
    }

    @Test func errorsOfOtherHoursDoNotCount() {
        var bench = LifeBench(.run)
        for _ in 1...5 {
            bench.begins()
            bench.mainEnds(1)
            #expect(bench.told.last == .errored)
            bench.sweeps()
            bench.passes(1_900)
        }
        #expect(bench.step == .run)
    }

    @Test func errorsInDifferentStatesAreCountedApart() {
        var bench = LifeBench(.install, .run)
        for _ in 1...2 {
            bench.ends(1)
            bench.sweeps()
            bench.passes(60)
        }
        bench.ends()
        for _ in 1...2 {
            bench.begins()
            bench.mainEnds(1)
            bench.sweeps()
            bench.passes(60)
        }
        #expect(bench.step == .run)
    }

    @Test func recoversBeforeTheNextAttempt() {
        var bench = LifeBench(.run, .recover)
        bench.begins()
        bench.mainEnds(1)
        bench.sweeps()
        #expect(bench.step == .recover && bench.told.last == .errored)
        bench.ends()
        #expect(bench.step == nil)
        bench.passes(1)
        #expect(bench.step == .run)
    }

    /// A program that died may have left behind what only its shutdown ends.
    @Test func shutsDownAfterAnErrorWhileRunning() {
        var bench = LifeBench(.run, .recover, .shutdown)
        bench.begins()
        bench.mainEnds(1)
        bench.sweeps()
        #expect(bench.step == .recover)
        bench.ends(1)
        bench.sweeps()
        #expect(bench.step == .shutdown)
        bench.ends()
        bench.passes(1)
        #expect(bench.step == .run)
    }

    @Test func doesNotRecoverWhatIsBroken() {
        var bench = LifeBench(.install, .recover)
        for _ in 1...2 {
            bench.ends(1)
            bench.sweeps()
            bench.ends()
            bench.passes(60)
        }
        bench.ends(1)
        bench.sweeps()
        #expect(bench.life.state == .broken && bench.step == nil)
    }

    @Test func cannotStartIsAnError() {
        var bench = LifeBench(.run)
        bench.cannotStart("no such user")
        #expect(bench.told.last == .errored && bench.life.reason == "run: no such user")
    }

    @Test func brokenLeavesOnlyByReinstalling() {
        var bench = LifeBench(.install)
        for _ in 1...3 {
            bench.ends(1)
            bench.sweeps()
            bench.passes(60)
        }
        bench.obey(.restart)
        bench.passes(7_200)
        #expect(bench.life.state == .broken && bench.pending.isEmpty)
        bench.obey(.reinstall)
        bench.sweeps()
        #expect(bench.step == .install && bench.told.last == .new)
    }

    @Test func anotherDeploymentOfTheSameReinstallsWhatIsBroken() {
        var bench = LifeBench(.install)
        for _ in 1...3 {
            bench.ends(1)
            bench.sweeps()
            bench.passes(60)
        }
        bench.become(.plain("c", [.install]), .same)
        bench.sweeps()
        #expect(bench.step == .install)
    }

    // MARK: time

    @Test(arguments: [
        (StepKind.bootstrap, 120.0), (.install, 120), (.startup, 120),
    ])
    func usualTimeouts(_ kind: StepKind, _ seconds: Double) {
        var bench = LifeBench(kind)
        bench.passes(seconds - 1)
        #expect(bench.sweepGrace == nil)
        bench.passes(1)
        #expect(bench.told.last == .errored && bench.sweepGrace != nil)
    }

    @Test func runHasAllTheTimeUnlessSaid() {
        var bench = LifeBench(.run)
        bench.begins()
        bench.passes(1e7)
        #expect(bench.life.state == .running && bench.life.wakesAt == nil)
    }

    @Test func runPastItsTimeIsAnError() {
        var bench = LifeBench(.run, timeouts: [.run: 5])
        bench.begins()
        #expect(bench.life.wakesAt == bench.now.advanced(by: 5 * Span64.second))
        bench.passes(5)
        #expect(bench.life.state == .errored && bench.sweepGrace != nil)
    }

    /// The kernel may hold a process that is to die; a life does not wait for it for ever.
    @Test func goesOnWhenASweepIsNotAnswered() {
        var bench = LifeBench(.install)
        bench.ends(1)
        bench.passes(10)
        bench.passes(60)
        #expect(bench.step == .install)
    }

    @Test func aLateAnswerOfAnEarlierStepIsIgnored() {
        var bench = LifeBench(.install, .run)
        bench.passes(120)
        #expect(bench.life.state == .errored)
        var life = bench.life
        #expect(life.handle(.exited(1, .code(0)), now: bench.now).isEmpty && life.state == .errored)
    }
}
