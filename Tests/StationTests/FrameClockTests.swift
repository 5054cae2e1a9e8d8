import Core
import Testing

@testable import Station

/// When a frame was taken, by a clock whose beginning nobody knows.
@Suite struct FrameClockTests {
    private static func arrived(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: (1_000_000 + milliseconds) * Span64.millisecond)
    }

    /// Frames by the camera's milliseconds and ours; when each was taken, by ours.
    private static func taken(_ frames: [(device: UInt64, arrived: UInt64)]) -> [UInt64] {
        var clock = FrameClock()
        return frames.map { frame in
            let taken = clock.taken(
                arrived: arrived(frame.arrived), deviceNanoseconds: frame.device * Span64.millisecond)
            return taken.since(arrived(0)) / Span64.millisecond
        }
    }

    @Test func aFrameThatWasUnderWayForLongerWasTakenBeforeIt() {
        #expect(Self.taken([(7000, 100), (7040, 140), (7080, 230), (7120, 225)]) == [100, 140, 180, 220])
    }

    @Test func theFirstFrameIsTheMeasure() { #expect(Self.taken([(0, 20)]) == [20]) }

    @Test func aQuickerFrameIsABetterMeasure() {
        #expect(Self.taken([(0, 50), (40, 60), (80, 130)]) == [50, 60, 100])
    }

    /// A camera's clock that is slow by 50 ms in an hour makes no frame look old.
    @Test func driftIsForgotten() {
        #expect(Self.taken([(0, 0), (3_600_000, 3_600_050)]) == [0, 3_600_050])
    }

    @Test func aCameraThatWasSwitchedOffAndOnBeginsAnew() {
        #expect(Self.taken([(90_000, 100), (40, 2000), (80, 2060)]) == [100, 2000, 2040])
    }
}
