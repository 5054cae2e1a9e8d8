import Core
import Testing

@testable import Events

@Suite struct InvocationPaceTests {
    private static func at(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: Span64.second + milliseconds * Span64.millisecond)
    }

    @Test func whoIsAskedSeldomIsAskedOnceATime() {
        var pace = InvocationPace()
        #expect(pace.take(perSecond: 5, now: Self.at(0)) == nil)
        #expect(pace.take(perSecond: 5, now: Self.at(0)) == 200)
        #expect(pace.take(perSecond: 5, now: Self.at(150)) == 50)
        #expect(pace.take(perSecond: 5, now: Self.at(200)) == nil)
        // Time in which nobody asked is not saved up.
        #expect(pace.take(perSecond: 5, now: Self.at(5_000)) == nil)
        #expect(pace.take(perSecond: 5, now: Self.at(5_000)) == 200)
    }

    @Test(arguments: [1, 5, 10, 11, 50, 300]) func isKeptOverASecond(_ rate: Int) {
        var pace = InvocationPace()
        var (now, count, turns) = (UInt64(0), 0, 0)
        while now < 10_000 {
            guard let after = pace.take(perSecond: rate, now: Self.at(now)) else {
                count += 1
                continue
            }
            now += UInt64(after)
            turns += 1
        }
        #expect(abs(count - 10 * rate) <= rate / 10 + 1)
        #expect(turns <= 120)
    }
}
