import Core
import Synchronization
import Testing

@testable import Telemetry

/// In which order composite alarms are judged; `m` is one of a metric.
@Suite struct AlarmOrderTests {
    @Test(
        arguments: [
            ([:], []), (["a": ["m"]], ["a"]), (["a": ["b"], "b": ["m"]], ["b", "a"]),
            (["a": ["b", "c"], "b": ["c"], "c": []], ["c", "b", "a"]),
            // Whoever comes to itself again is left out, and whoever is made of such.
            (["a": ["a"]], []), (["a": ["b"], "b": ["a"], "c": ["m"]], ["c"]),
            (["a": ["b"], "b": ["c"], "c": ["b"]], []),
        ] as [([String: [String]], [String])])
    func childrenComeFirst(_ children: [String: [String]], _ wanted: [String]) {
        #expect(AlarmOrder(children).names == wanted)
    }

    /// As many as there may be, on a thread with little room.
    @Test func aLongChainIsNoDeepStack() {
        let names = (0..<5000).map { String(10_000 + $0) }
        let chain = Dictionary(uniqueKeysWithValues: zip(names, names.dropFirst().map { [$0] } + [["m"]]))
        var circle = chain
        circle["14999"] = ["10000"]
        let orders = Mutex<[[String]]>([])
        let isOver = Flagpole()
        Lane.start("orders", stackBytes: 128 << 10) { [circle] in
            let found = [AlarmOrder(chain).names, AlarmOrder(circle).names]
            orders.withLock { $0 = found }
            isOver.raise()
        }
        isOver.wait()
        #expect(orders.withLock { $0 } == [names.reversed(), []])
    }
}
