import LoadBench
import Testing

/// Who decides when the next request is due. All times here are milliseconds.
@Suite struct PacerTests {
    private func take(_ pacer: inout Pacer, at now: Nanoseconds) -> Nanoseconds? {
        pacer.take(at: .milliseconds(now)).map { $0 / .milliseconds(1) }
    }

    @Test func nothingIsDueBeforeItsTime() throws {
        var pacer = Pacer(plan: try .sample(rate: 100))
        #expect(take(&pacer, at: 0) == 0)
        #expect(take(&pacer, at: 9) == nil)
        #expect(take(&pacer, at: 10) == 10)
    }

    @Test func whatNobodyTookStaysDueAtItsIntendedTime() throws {
        var pacer = Pacer(plan: try .sample(rate: 100))
        #expect([55, 56, 57].map { take(&pacer, at: $0) } == [0, 10, 20])
        #expect(pacer.nextDue(at: .milliseconds(58)) == .milliseconds(30))
    }

    @Test func theEndIsTheEnd() throws {
        var pacer = Pacer(plan: try .sample(rate: 100, duration: .milliseconds(25)))
        #expect([25, 25].map { take(&pacer, at: $0) } == [0, 10])
        #expect(take(&pacer, at: 27) == nil)
        #expect(pacer.untaken(at: .milliseconds(27)) == 1)
    }

    @Test func aStoppedRunOwesOnlyWhatWasDue() throws {
        let pacer = Pacer(plan: try .sample(rate: 100, duration: .seconds(1)))
        #expect(pacer.untaken(at: .milliseconds(35)) == 4)
    }

    @Test func theBacklogOfTheWarmUpIsForgiven() throws {
        var pacer = Pacer(plan: try .sample(rate: 100, duration: .milliseconds(50), warmUp: .milliseconds(100)))
        #expect(take(&pacer, at: 70) == 0)
        #expect(take(&pacer, at: 105) == 100)
        #expect(pacer.end == .milliseconds(150))
        #expect(pacer.untaken(at: .milliseconds(150)) == 4)
    }

    @Test func aClosedLoopIsAlwaysDueAndOwesNothing() throws {
        var pacer = Pacer(plan: try .sample(rate: nil, duration: .milliseconds(50)))
        #expect([3, 3, 49].map { take(&pacer, at: $0) } == [3, 3, 49])
        #expect(take(&pacer, at: 50) == nil)
        #expect(pacer.untaken(at: .milliseconds(50)) == 0)
    }
}
