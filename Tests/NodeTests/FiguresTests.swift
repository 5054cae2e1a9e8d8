import Core
import Testing

@testable import Node

@Suite struct FiguresTests {
    private static func station(_ state: Datum?) -> NodeBoard.Station {
        NodeBoard.Station(name: "press", page: "", state: state, wanted: nil, restarts: 0)
    }

    private static func state(pass: Int, timeouts: Int = 0) -> Datum {
        [
            "counts": [
                "pass": .whole(pass), "reject": 1, "by_reason": ["OK": .whole(pass), "TIMEOUT": .whole(timeouts)],
            ],
            "budget": ["p99_ms": .number(7.5), "misses": 0], "stages": [["name": "run", "p99_ms": .number(3.25)]],
        ]
    }

    private static func values(_ data: [Datum]) -> [String: Double] {
        let pairs = data.compactMap { row in
            row["MetricName"]?.text.flatMap { name in row["Value"]?.number.map { (name, $0) } }
        }
        return Dictionary(pairs) { $1 }
    }

    private static func told(_ figures: inout Figures, _ state: Datum?, components: [String] = []) -> [String: Double] {
        values(figures.data([station(state)], components: components, waiting: 4, dropped: 2, bytes: 99, at: 60_000))
    }

    @Test func countsAreThoseSinceTheLastTime() {
        var figures = Figures(thing: "node")
        let first = Self.told(&figures, Self.state(pass: 100))
        #expect(first["Passes"] == nil && first["PartMilliseconds99"] == 7.5 && first["RunMilliseconds99"] == 3.25)
        let second = Self.told(&figures, Self.state(pass: 130, timeouts: 3))
        #expect(second["Passes"] == 30 && second["Rejects"] == 0 && second["NotJudged"] == 3)
        // It was started again.
        #expect(Self.told(&figures, Self.state(pass: 5))["Passes"] == 5)
    }

    @Test func aStationThatIsSilentIsToldAsSilent() {
        var figures = Figures(thing: "node")
        let told = Self.told(&figures, nil, components: ["RUNNING", "BROKEN", "ERRORED"])
        #expect(told["Answers"] == 0 && told["Passes"] == nil)
        #expect(told["Components"] == 3 && told["ComponentsBroken"] == 2)
        #expect(told["EventsWaiting"] == 4 && told["EventsDropped"] == 2 && told["MemoryBytes"] == 99)
    }

    @Test func everyFigureNamesItsThing() {
        var figures = Figures(thing: "node")
        let data = figures.data(
            [Self.station(Self.state(pass: 1))], components: [], waiting: 0, dropped: 0, bytes: 0, at: 1500)
        for row in data {
            #expect(
                row["Dimensions"]?.list?.first == ["Name": "Thing", "Value": "node"] && row["Timestamp"]?.number == 1.5)
        }
    }
}
