import Core
import Synchronization
import Testing

@Suite struct RoundsTests {
    private static let long = 600 * Span64.second
    private static let patience = 20 * Span64.second

    private final class Count: Sendable {
        private let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .acquiring) }
        func add() { count.add(1, ordering: .acquiringAndReleasing) }

        /// Whether it comes to so many in time.
        func reaches(_ wanted: Int) -> Bool {
            let end = Instant.now.advanced(by: patience)
            while value < wanted, Instant.now < end { Pause.nanoseconds(Span64.millisecond) }
            return value >= wanted
        }
    }

    @Test func aRingEndsANap() {
        let (rounds, count) = (Rounds(), Count())
        rounds.start("nap") {
            count.add()
            return .nap(Self.long)
        }
        for number in 1...5 {
            #expect(count.reaches(number))
            rounds.ring()
        }
        rounds.stop()
    }

    @Test func aRestIsEndedByTheEndAlone() {
        let (rounds, count) = (Rounds(), Count())
        rounds.start("rest") {
            count.add()
            return .rest(Self.long)
        }
        #expect(count.reaches(1))
        for _ in 0..<20 {
            rounds.ring()
            Pause.nanoseconds(Span64.millisecond)
        }
        #expect(count.value == 1)
        rounds.stop()
        #expect(count.value == 1)
    }

    @Test func oneRoundRemembersTheOneBefore() {
        let (rounds, count) = (Rounds(), Count())
        rounds.start("memory", 0) { rounds in
            rounds += 1
            if rounds == 100 { count.add() }
            return rounds < 100 ? .none : .nap(Self.long)
        }
        #expect(count.reaches(1))
        rounds.stop()
    }

    @Test func whatTakesLongIsBrokenOff() {
        let (rounds, count) = (Rounds(), Count())
        let isOff = Flagpole()
        rounds.start("long") {
            count.add()
            isOff.wait()
            return .none
        }
        #expect(count.reaches(1))
        rounds.stop { isOff.raise() }
        #expect(count.value == 1)
    }

    @Test func whatWasNeverStartedHasNothingToEnd() { Rounds().stop { Issue.record("nothing is under way") } }
}
