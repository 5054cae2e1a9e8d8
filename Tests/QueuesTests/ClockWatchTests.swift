import Core
import Testing

@testable import Queues

@Suite struct ClockWatchTests {
    private static func steady(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: milliseconds * Span64.millisecond)
    }

    @Test func seesWhenTheClockIsSetBackAndSaysSoOnce() {
        var watch = ClockWatch(wall: 1_000_000, steady: Self.steady(500))
        #expect(watch.lostTime(wall: 1_060_000, steady: Self.steady(60_500)) == nil)
        #expect(watch.lostTime(wall: 1_000_000, steady: Self.steady(61_500)) == 1_061_000)
        #expect(watch.lostTime(wall: 1_001_000, steady: Self.steady(62_500)) == nil)
    }

    @Test func aClockThatIsSetForwardHasLostNothing() {
        var watch = ClockWatch(wall: 1_000_000, steady: Self.steady(0))
        #expect(watch.lostTime(wall: 9_000_000, steady: Self.steady(1_000)) == nil)
        #expect(watch.lostTime(wall: 1_002_000, steady: Self.steady(2_000)) == 9_001_000)
    }

    @Test func smallStepsAddUp() {
        var watch = ClockWatch(wall: 1_000_000, steady: Self.steady(0))
        #expect(watch.lostTime(wall: 999_400, steady: Self.steady(0)) == nil)
        #expect(watch.lostTime(wall: 998_800, steady: Self.steady(0)) == 1_000_000)
    }
}
