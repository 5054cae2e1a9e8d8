import CameraHost
import Core
import Testing

/// When a frame that does not come is missed.
@Suite struct FramePaceTests {
    private static let start: UInt64 = 1_000_000_000

    /// A pace after frames with these milliseconds between them, and the moment of the last one.
    private static func pace(_ gaps: [UInt64]) -> (pace: FramePace, last: Instant) {
        var pace = FramePace()
        var now = Instant(nanoseconds: start)
        pace.note(now)
        for gap in gaps {
            now = now.advanced(by: gap * Span64.millisecond)
            pace.note(now)
        }
        return (pace, now)
    }

    private static let rhythms: [(gaps: [UInt64], limit: UInt64)] = [
        ([UInt64](repeating: 40, count: 20), 80), ([30, 50, 30, 50], 90),
        // One long gap leaves with its window.
        ([200] + [UInt64](repeating: 40, count: 16), 80),
    ]

    @Test(arguments: rhythms)
    private func aFrameIsMissedOnePeriodAfterItWasDue(gaps: [UInt64], limit: UInt64) {
        var (pace, last) = Self.pace(gaps)
        #expect(pace.look(last.advanced(by: limit * Span64.millisecond - 1)) == nil)
        #expect(pace.look(last.advanced(by: limit * Span64.millisecond))?.hasPrefix("no frame for \(limit) ms") == true)
        #expect(pace.isMissing)
    }

    @Test func aStreamMayComeInBursts() {
        var pace = FramePace(sway: 250 * Span64.millisecond)
        for frame in 0..<8 as Range<UInt64> {
            pace.note(Instant(nanoseconds: Self.start + frame * 40 * Span64.millisecond))
        }
        let last = Instant(nanoseconds: Self.start + 7 * 40 * Span64.millisecond)
        #expect(pace.look(last.advanced(by: 289 * Span64.millisecond)) == nil)
        #expect(pace.look(last.advanced(by: 290 * Span64.millisecond)) != nil)
    }

    @Test func whoeverWasAwayDoesNotBlameTheCamera() {
        var (pace, last) = Self.pace([UInt64](repeating: 40, count: 8))
        let back = last.advanced(by: 500 * Span64.millisecond)
        pace.forgive(back)
        #expect(pace.look(back.advanced(by: 79 * Span64.millisecond)) == nil)
        pace.note(back.advanced(by: 10 * Span64.millisecond))
        #expect(pace.period == 40 * Span64.millisecond)
    }

    @Test(arguments: 0...3)
    func tooFewFramesAreNoRhythm(count: Int) {
        var (pace, last) = Self.pace([UInt64](repeating: 40, count: count))
        #expect(pace.limit == nil)
        #expect(pace.look(last.advanced(by: 3600 * Span64.second)) == nil)
    }

    @Test func aSilenceIsToldOnceAndIsNotTheRhythm() {
        var (pace, last) = Self.pace([UInt64](repeating: 40, count: 8))
        let late = last.advanced(by: 5 * Span64.second)
        #expect(pace.look(late) != nil)
        #expect(pace.look(late.advanced(by: 1)) == nil)
        pace.note(late)
        #expect(!pace.isMissing)
        #expect(pace.period == 40 * Span64.millisecond)
        #expect(pace.look(late.advanced(by: 79 * Span64.millisecond)) == nil)
        #expect(pace.look(late.advanced(by: 80 * Span64.millisecond)) != nil)
    }
}
