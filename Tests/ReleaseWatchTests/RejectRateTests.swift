import Core
import Glibc
import ReleaseWatch
import Testing

/// The sequential test of reject rates, on many simulated watches. Chance is seeded: the figures come again.
@Suite struct RejectRateTests {
    /// What became of a simulated watch: the part at which the alarm came, or nil.
    private static func alarm(
        base: Double, shift: Double, baselineParts: Int, parts: Int, _ chance: inout SeededGenerator
    ) -> Int? {
        // Chance may only raise the rate at a reject: from one to the next is one draw.
        func rejects(in count: Int, share: Double, _ heard: (Int) -> Bool) {
            var place = 0
            while true {
                place += gap(share, &chance)
                guard place <= count, !heard(place) else { return }
            }
        }
        var known = 0
        rejects(in: baselineParts, share: base) { _ in
            known += 1
            return false
        }
        guard var test = RejectRateTest(lastGoodRejects: known, of: baselineParts, sigmas: 3) else { return nil }
        let lastGood = Double(known) / Double(baselineParts)
        var (last, found) = (0, Int?.none)
        rejects(in: parts, share: base * shift) { place in
            test.add(rejects: 1, of: place - last)
            last = place
            if place >= 300, test.share > 1.5 * lastGood, test.isBeyondChance { found = place }
            return found != nil
        }
        return found
    }

    /// Parts until the next reject, itself included: geometric.
    private static func gap(_ share: Double, _ chance: inout SeededGenerator) -> Int {
        1 + Int(log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &chance)) / log(1 - share))
    }

    /// So many simulated watches: `WATCHES=100000` makes the figures of docs/spec/watch.md anew.
    private static let watches = getenv("WATCHES").flatMap { Int(String(cString: $0)) } ?? 1000

    @Test(arguments: [
        (base: 0.005, known: 20_000), (0.01, 20_000), (0.04, 20_000), (0.15, 20_000), (0.01, 2000), (0.04, 2000),
        (0.15, 2000),
    ])
    func anUnchangedProcessRaisesHardlyAnyAlarm(_ testCase: (base: Double, known: Int)) {
        var chance = SeededGenerator(seed: 20)
        let alarms = (0..<Self.watches).count { _ in
            Self.alarm(base: testCase.base, shift: 1, baselineParts: testCase.known, parts: 2000, &chance) != nil
        }
        // 0.0027 of them by the theory, and three standard deviations of chance.
        let expected = 0.0027 * Double(Self.watches)
        #expect(Double(alarms) <= expected + 3 * expected.squareRoot(), "\(alarms) of \(Self.watches)")
        if Self.watches > 1000 { print("base \(testCase.base) known \(testCase.known): \(alarms) of \(Self.watches)") }
    }

    @Test func aDoubledRateIsFoundWithinTheHealthWindow() {
        var chance = SeededGenerator(seed: 21)
        let found = (0..<200).count { _ in
            Self.alarm(base: 0.05, shift: 2, baselineParts: 20_000, parts: 2000, &chance) != nil
        }
        #expect(found >= 190)
    }

    @Test func aSmallerRateIsNoAlarm() {
        var chance = SeededGenerator(seed: 22)
        for _ in 0..<50 {
            #expect(Self.alarm(base: 0.05, shift: 0.5, baselineParts: 2000, parts: 2000, &chance) == nil)
        }
    }

    @Test func theAllowedShareIsWilsonsBound() throws {
        // By hand: (p + z^2/2n + z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), with p = 0.04, n = 10,000, z = 3.
        let test = try #require(RejectRateTest(lastGoodRejects: 400, of: 10_000, sigmas: 3))
        #expect(abs(test.allowedShare - 0.0463043) < 1e-6)
        #expect(abs(test.alpha - 0.0013499) < 1e-6)
        #expect(RejectRateTest(lastGoodRejects: 0, of: 0, sigmas: 3) == nil)
    }

    @Test(arguments: [0, 500, 1000]) func extremesOfTheBaselineAreBorne(_ rejects: Int) throws {
        var test = try #require(RejectRateTest(lastGoodRejects: rejects, of: 1000, sigmas: 3))
        test.add(rejects: 1000, of: 1000)
        #expect(test.isBeyondChance == (rejects < 1000))
        var none = try #require(RejectRateTest(lastGoodRejects: rejects, of: 1000, sigmas: 3))
        none.add(rejects: 0, of: 1_000_000)
        #expect(!none.isBeyondChance)
    }
}
