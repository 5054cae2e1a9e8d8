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
}
