import Core
import ReleaseWatch
import Testing

/// What holds whatever happens: seeded random lives of a release.
@Suite struct RandomWatchTests {
    private static func step(_ bench: inout WatchBench, _ chance: inout SeededGenerator) {
        switch Int.random(in: 0..<1000, using: &chance) {
        case 0: bench.crash(after: Double.random(in: 0...300, using: &chance))
        case 1..<4:
            bench.sample(
                isThrottled: Int.random(in: 0..<30, using: &chance) == 0,
                utilisation: Double.random(in: 0...1, using: &chance))
        case 4:
            let got: Verdict = Int.random(in: 0..<6, using: &chance) == 0 ? .pass : .reject
            bench.hear(bench.watch.goldenPart(expected: .reject, got: got, number: bench.number, at: bench.now))
        case 5: bench.tick(after: Double.random(in: 0...60, using: &chance))
        case 6 where Int.random(in: 0..<4, using: &chance) == 0: bench.watch.personActed(at: bench.now)
        default:
            let reason = Reason.allCases.randomElement(using: &chance) ?? .ok
            let isFailure = Int.random(in: 0..<100, using: &chance) == 0
            bench.part(
                Int.random(in: 0..<20, using: &chance) == 0 ? .reject : .pass, isFailure ? reason : .ok,
                latency: UInt64.random(in: 1...60, using: &chance) * WatchBench.ms / 2,
                shadow: Bool.random(using: &chance) ? .pass : nil)
        }
    }

    @Test(arguments: 0..<40) func oneRollbackAtMostAndNothingAfterIt(_ seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var settings = WatchSettings()
        settings.healthy.after = 60 * Span64.second
        var bench = WatchBench(settings, canGoBack: seed % 4 != 0)
        for _ in 0..<8000 { Self.step(&bench, &chance) }
        let rollbacks = bench.words.indices.filter { bench.words[$0].hasPrefix("back") }
        #expect(rollbacks.count <= 1)
        if let at = rollbacks.first { #expect(at == bench.words.count - 1) }
        #expect(bench.words.count { $0 == "healthy" } <= 1)
        if seed % 4 == 0 { #expect(rollbacks.isEmpty) }
        for decision in bench.decisions {
            guard let range = decision.report?.quarantine else { continue }
            #expect(range.lowerBound > 1000 && range.upperBound <= bench.number)
        }
    }

    /// The same life gives the same decisions, and a copy goes its own way.
    @Test func isAValue() {
        var chance = SeededGenerator(seed: 77)
        var bench = WatchBench()
        for _ in 0..<500 { Self.step(&bench, &chance) }
        var copy = bench
        #expect(copy.watch == bench.watch)
        copy.failures(3)
        #expect(copy.watch != bench.watch)
    }
}
