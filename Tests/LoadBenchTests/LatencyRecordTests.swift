import LoadBench
import Testing

/// Exact percentiles by nearest rank.
@Suite struct LatencyRecordTests {
    @Test(
        arguments: [
            (samples: [], figures: [0, 0, 0, 0, 0, 0]),
            (samples: [7], figures: [7, 7, 7, 7, 7, 7]),
            (samples: [2, 1], figures: [2, 1, 2, 2, 2, 2]),
            (samples: Array(1...10), figures: [6, 5, 9, 10, 10, 10]),
            (samples: Array((1...1_000).reversed()), figures: [501, 500, 900, 990, 999, 1_000]),
            (samples: [Nanoseconds](repeating: 3, count: 999) + [3_000], figures: [6, 3, 3, 3, 3, 3_000]),
        ] as [(samples: [Nanoseconds], figures: [Nanoseconds])])
    func summarises(_ row: (samples: [Nanoseconds], figures: [Nanoseconds])) {
        var record = LatencyRecord(capacity: 4)
        for sample in row.samples { record.add(sample) }
        let summary = record.summary()
        #expect(summary.count == row.samples.count)
        #expect(LatencySummary.figures.map { summary[keyPath: $0.path] } == row.figures)
    }

    @Test(
        arguments: [
            (time: 0, text: "0 ns"), (time: 999, text: "999 ns"), (time: 1_000, text: "1.000 us"),
            (time: 12_345, text: "12.345 us"), (time: 1_050_000, text: "1.050 ms"),
            (time: 61_000_000_000, text: "61.000 s"),
        ] as [(time: Nanoseconds, text: String)])
    func printsTimes(_ row: (time: Nanoseconds, text: String)) {
        #expect(row.time.text == row.text)
    }
}
