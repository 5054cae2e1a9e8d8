import Components
import Core
import Testing

/// [component-stop] How a life is interrupted: stopped, started anew, replaced, removed.
@Suite struct ComponentStopTests {
    private func running(_ steps: StepKind...) -> LifeBench {
        var bench = LifeBench(.run, .shutdown, .uninstall)
        if !steps.contains(.shutdown) { bench = LifeBench(.run) }
        bench.begins()
        return bench
    }

    @Test func stopsWithItsShutdown() {
        var bench = running(.shutdown)
        bench.obey(.stop)
        #expect(bench.step == .shutdown && bench.told.last == .stopping)
        bench.mainEnds(143)
        bench.ends()
        bench.sweeps()
        #expect(bench.told.last == .finished && bench.life.isDown)
    }

    @Test func withoutAShutdownItHasAsLongToEnd() {
        var bench = running()
        bench.obey(.stop)
        #expect(bench.step != .shutdown && bench.sweepGrace == 15 * Span64.second)
        bench.sweeps()
        #expect(bench.told.last == .finished && bench.life.isDown)
    }

    @Test func aShutdownThatFailsIsAnErrorOnTheWay() {
        var bench = running(.shutdown)
        bench.obey(.stop)
        bench.ends(1)
        bench.sweeps()
        #expect(bench.told.suffix(3) == [.stopping, .errored, .finished] && bench.life.isDown)
    }

    @Test func aShutdownPastItsTimeIsSwept() {
        var bench = running(.shutdown)
        bench.obey(.stop)
        bench.passes(15)
        #expect(bench.sweepGrace == ComponentLife.shortestPause)
        bench.sweeps()
        #expect(bench.life.isDown)
    }

    @Test func startsAgainAfterAStop() {
        var bench = running()
        bench.obey(.stop)
        bench.sweeps()
        bench.obey(.start)
        bench.sweeps()
        #expect(bench.step == .run && bench.told.suffix(2) == [.installed, .starting])
    }

    @Test func anInstallIsInterrupted() {
        var bench = LifeBench(.install, .run)
        bench.obey(.stop)
        bench.dropStep()
        bench.sweeps()
        #expect(bench.life.isDown && bench.life.state == .new)
        bench.obey(.start)
        #expect(bench.step == .install)
    }

    @Test func aPauseIsInterrupted() {
        var bench = running()
        bench.mainEnds(1)
        bench.sweeps()
        bench.obey(.stop)
        bench.sweeps()
        bench.passes(60)
        #expect(bench.life.isDown && bench.life.state == .finished)
    }

    @Test func restarts() {
        var bench = running(.shutdown)
        bench.obey(.restart)
        #expect(bench.step == .shutdown)
        bench.ends()
        bench.sweeps()
        #expect(bench.step == .run && bench.told.suffix(3) == [.stopping, .installed, .starting])
    }

    @Test func theOldShutdownEndsTheOldVersion() {
        var bench = running(.shutdown)
        var next = ComponentSpec.plain("c", [.run, .shutdown], version: "2.0.0")
        next.steps[.shutdown]?.script = "another"
        bench.become(next, .reinstall)
        #expect(bench.step == .shutdown && bench.life.spec.version == "1.0.0")
        bench.ends()
        bench.sweeps()
        #expect(bench.life.spec == next && bench.step == .run && bench.forgets == 1)
        #expect(bench.told.suffix(4) == [.stopping, .new, .installed, .starting])
    }

    @Test func whatNeedsNothingIsExchangedInPlace() {
        var bench = running(.shutdown)
        var next = bench.life.spec
        next.steps[.shutdown]?.script = "another"
        bench.become(next, .same)
        #expect(bench.life.spec == next && bench.life.state == .running && bench.sweepGrace == nil)
    }

    @Test func theLastOfTwoChangesCounts() {
        var bench = running(.shutdown)
        bench.become(.plain("c", [.run], version: "2.0.0"), .reinstall)
        bench.become(.plain("c", [.run], version: "3.0.0"), .restart)
        bench.ends()
        bench.sweeps()
        #expect(bench.life.spec.version == "3.0.0" && bench.told.contains(.new))
    }

    @Test func isRemovedWithItsUninstall() {
        var bench = running(.shutdown)
        bench.obey(.remove)
        bench.ends()
        bench.sweeps()
        #expect(bench.step == .uninstall && bench.told.last == .uninstalling)
        bench.ends(1)
        #expect(bench.told.last == .uninstalled && bench.life.isGone)
    }

    @Test func whatWasNeverInstalledIsRemovedAtOnce() {
        var bench = LifeBench(.uninstall)
        #expect(bench.life.state == .finished)
        var waiting = ComponentLife(.plain("c", [.install, .uninstall]))
        #expect(waiting.obey(.remove, now: bench.now) == [.sweep(grace: Span64.second / 2)])
        #expect(waiting.handle(.swept, now: bench.now) == [.forget, .tell(.uninstalled, reason: "")])
        bench.obey(.remove)
        bench.sweeps()
        #expect(bench.step == .uninstall)
    }

    @Test func isStartedAgainWithItsDependency() {
        var bench = running()
        bench.dependencyIsLost()
        bench.sweeps()
        #expect(bench.life.state == .installed && bench.step == nil)
        bench.mayStart(true)
        #expect(bench.step == .run)
    }

    @Test func whatHasFinishedDoesNotFollow() {
        var bench = running()
        bench.mainEnds(0)
        bench.dependencyIsLost()
        #expect(bench.life.state == .finished && bench.pending.isEmpty)
    }

    // MARK: reports

    @Test(arguments: ComponentState.allCases) func onlyTheseReportsAreTaken(_ state: ComponentState) {
        let accepted: [ComponentState: Set<ComponentState>] = [
            .new: [.errored], .starting: [.running, .errored, .finished], .running: [.errored, .finished],
            .stopping: [.errored, .finished],
        ]
        for report in ComponentState.allCases {
            #expect(state.accepts(report: report) == (accepted[state]?.contains(report) == true))
        }
    }

    @Test func aReportedErrorIsAnError() {
        var bench = running()
        bench.reports(.errored)
        #expect(bench.life.state == .errored && bench.sweepGrace != nil)
    }
}
