import ControlLoop
import Core
import LineMap
import Testing

/// What the station is told of parts that it is not asked about: their frames come all the same, and must be nobody else's.
@Suite struct SightingTests {
    private static func kinds(_ letters: [TriggerLetter]) -> [TriggerLetter.Kind] { letters.map(\.kind) }

    struct Trouble: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (inout ControlBench) -> Void
    }

    @Test(arguments: [
        Trouble(testDescription: "bypass") { $0.plc?.control = [.enable, .bypass] },
        Trouble(testDescription: "not enabled") { $0.plc?.control = [] },
        Trouble(testDescription: "no model") { $0.stationState = .noModel },
        Trouble(testDescription: "a blocked station") { $0.stationState = .fault },
        Trouble(testDescription: "a station that is silent") { $0.stationSilence = 1_000_000_000 },
    ])
    func aPartThatIsNotAskedAboutIsTold(_ trouble: Trouble) {
        var bench = ControlBench()
        bench.judge(part: 40, turn: 1)
        bench.acknowledge(1)
        trouble.make(&bench)
        bench.cycle()
        let key = bench.trigger(part: 41, turn: 2)
        #expect(bench.triggers.isEmpty)
        #expect(
            bench.sightings == [
                TriggerLetter(key: key, partNumber: 0, ioLife: ControlBench.life, kind: .answered)
            ])
    }

    @Test func aPartThatIsAskedAboutIsNotToldTwice() {
        var bench = ControlBench()
        bench.trigger(part: 40, turn: 1)
        #expect(Self.kinds(bench.triggers) == [.asked] && bench.sightings.isEmpty)
    }

    /// Parts that nobody saw may have frames under way.
    @Test(
        arguments: [(1, 2, false), (1, 3, true), (.max, 1, false), (9, 8, true), (0, 7, false)]
            as [(UInt16, UInt16, Bool)])
    func turnsThatWereLeftOutAreUnknownParts(_ from: UInt16, _ to: UInt16, _ isUnknown: Bool) {
        var bench = ControlBench(isFresh: true)
        bench.plc?.sequence = from
        bench.plc?.ackSequence = from
        bench.cycle()
        bench.trigger(part: 40, turn: to)
        #expect(Self.kinds(bench.sightings) == (isUnknown ? [.unknown] : []) && bench.triggers.count == 1)
    }

    @Test(arguments: [UInt16(0), 9])
    func whatCameBeforeTheFirstLookIsUnknown(_ turn: UInt16) {
        var bench = ControlBench(isFresh: true)
        bench.plc?.sequence = turn
        bench.plc?.ackSequence = turn
        bench.cycle()
        // Where no turn ever was, nothing came.
        #expect(bench.sightings.map(\.key.triggered) == (turn == 0 ? [] : [bench.now]))
        #expect(Self.kinds(bench.sightings) == (turn == 0 ? [] : [.unknown]))
    }
}
