import Core
import Glibc
import Process
import Synchronization
import Testing

@testable import EngineHost

@Suite struct AlarmClockTests {
    private static let minute = 60 * Span64.second

    @Test func sleepsUntilTheInstantThatTheLookNames() {
        let until = Instant.now.advanced(by: 10 * Span64.millisecond)
        AlarmClock().sleep { until }
        #expect(Instant.now >= until)
    }

    @Test func doesNotSleepWhenTheInstantHasPassed() {
        AlarmClock().sleep { .now }
    }

    /// Each sleep would be for ever, or for minutes, but for the ring; the setter comes once the look has begun.
    @Test(.timeLimit(.minutes(1)), arguments: [nil, Instant.now.advanced(by: 5 * minute), .distantFuture])
    func wakesForAnEarlierInstant(until: Instant?) {
        let clock = AlarmClock()
        clock.sleep {
            Lane.start("setter") { clock.set(Instant.now.advanced(by: Self.minute)) }
            return until
        }
    }

    @Test func sleepsOnForALaterInstant() {
        let clock = AlarmClock()
        let until = Instant.now.advanced(by: 30 * Span64.millisecond)
        Lane.start("setter") { for later in 1...1_000 { clock.set(until.advanced(by: UInt64(later))) } }
        clock.sleep { until }
        #expect(Instant.now >= until)
    }

    /// The setter waits for each look before it sets the clock again, so that a ring that is lost is never made good.
    @Test(.timeLimit(.minutes(1))) func sleepsThroughNoInstantThatIsSetAtAnyMoment() {
        let clock = AlarmClock()
        let count = 10_000
        let book = Book(clock: clock)
        Lane.start("setter") { for number in 1...count { book.make(number) } }
        while book.kept < count {
            clock.sleep {
                book.keep()
                return book.kept < count ? Instant.now.advanced(by: Self.minute) : .now
            }
        }
    }
}

/// Appointments: one is made after the other was kept.
private final class Book: Sendable {
    private let clock: AlarmClock
    private let made = Atomic(0)
    private let looked = Atomic(0)

    init(clock: AlarmClock) { self.clock = clock }

    var kept: Int { looked.load(ordering: .acquiring) }

    func make(_ number: Int) {
        made.store(number, ordering: .releasing)
        clock.set(.now)
        while kept < number { _ = sched_yield() }
    }

    func keep() { looked.store(made.load(ordering: .acquiring), ordering: .releasing) }
}
