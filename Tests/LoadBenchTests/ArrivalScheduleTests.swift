import LoadBench
import Testing

/// When requests are meant to start.
@Suite struct ArrivalScheduleTests {
    @Test(
        arguments: [
            (rate: 1.0, starts: [0, 1_000_000_000, 2_000_000_000]),
            (rate: 1_000.0, starts: [0, 1_000_000, 2_000_000]),
            (rate: 3.0, starts: [0, 333_333_333, 666_666_666]),
            (rate: 0.5, starts: [0, 2_000_000_000, 4_000_000_000]),
        ] as [(rate: Double, starts: [Nanoseconds])])
    func aConstantRateIsEven(_ row: (rate: Double, starts: [Nanoseconds])) {
        #expect(Array(ArrivalSchedule(rate: row.rate).prefix(3)) == row.starts)
    }

    @Test func aConstantRateDoesNotDrift() {
        var schedule = ArrivalSchedule(rate: 3)
        for _ in 0..<3_000_000 { _ = schedule.next() }
        #expect(schedule.next() == .milliseconds(1_000_000_000))
    }

    @Test func equalSeedsGiveEqualTimes() {
        let first = ArrivalSchedule(rate: 100, pattern: .poisson(seed: 7)).prefix(1_000)
        let again = ArrivalSchedule(rate: 100, pattern: .poisson(seed: 7)).prefix(1_000)
        let other = ArrivalSchedule(rate: 100, pattern: .poisson(seed: 8)).prefix(1_000)
        #expect(Array(first) == Array(again))
        #expect(Array(first) != Array(other))
    }

    @Test(arguments: [0, 1, 42] as [UInt64])
    func poissonArrivalsKeepTheRateAndVaryLikeChance(_ seed: UInt64) {
        let starts = Array(ArrivalSchedule(rate: 1_000, pattern: .poisson(seed: seed)).prefix(100_000))
        let gaps = zip(starts, starts.dropFirst()).map { Double($1) - Double($0) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        #expect(gaps.allSatisfy { $0 >= 0 })
        #expect((0.98e6...1.02e6).contains(mean))
        // An exponential distribution's deviation is its mean.
        #expect((0.97...1.03).contains(variance.squareRoot() / mean))
    }
}
