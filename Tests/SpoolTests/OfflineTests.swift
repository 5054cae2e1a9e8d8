import Core
import Spool
import Testing

/// Weeks without an uplink, on a simulated clock and a real file (A43).
@Suite struct OfflineTests {
    @Test func thirtyDaysOfflineLoseNothingThatWasKept() throws {
        var settings = SpoolSettings()
        settings.bytesMax = 8 << 20
        let bench = try SpoolBench(settings)
        bench.receiver.mood = { _, _ in .refuse }
        var posted: [SpoolRank: [String]] = [:]
        var largest = 0
        // A group commit every six simulated minutes: 36,000 events in thirty days.
        for group in 0..<7200 {
            var events: [SpoolEvent] = []
            for place in 0..<5 {
                let number = group * 5 + place
                let rank: SpoolRank = number % 700 == 0 ? .alarm : number % 25 == 0 ? .finding : .telemetry
                let event = try bench.event(rank, number, bytes: 300 + number % 400)
                posted[rank, default: []].append(event.id)
                events.append(event)
            }
            try bench.write(events)
            try bench.send(for: 0, turns: 3)
            bench.pass(360)
            if group % 100 == 0 { largest = max(largest, try bench.state.fileBytes) }
        }
        let state = try bench.state
        largest = max(largest, state.fileBytes)
        #expect(largest <= settings.bytesMax, "the files took \(largest) bytes")
        #expect(state.events + state.dropped.events == 36_000 && state.dropped.events > 10_000)
        #expect(state.dropped.shares[.alarm] == nil && state.dropped.shares[.finding] == nil)
        #expect(bench.receiver.requests > 1000, "it went on trying")

        // The uplink returns, and stumbles.
        var chance = UInt64(9)
        bench.receiver.mood = { _, entries in
            chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            switch chance >> 60 {
            case 0: return .refuse
            case 1: return .status(500, "InternalFailure")
            case 2: return .takeAndSayNothing
            case 3: return .partly([entries.count - 1: "ThrottlingException", 0: "InternalFailure"])
            default: return .take
            }
        }
        try bench.send(for: 30 * 86_400, turns: 1_000_000)
        #expect(try bench.state.events == 0 && bench.state.dead == 0)
        for rank in SpoolRank.allCases {
            let all = posted[rank] ?? []
            let dropped = state.dropped.shares[rank]?.events ?? 0
            #expect(Array(all.dropFirst(dropped)) == all.filter { bench.receiver.taken[$0] != nil }, "\(rank.name)")
        }
        let report = bench.receiver.details.values.first { $0["dropped"] != nil }
        #expect(report?["dropped"]?["telemetry"]?["events"]?.whole == state.dropped.events)
    }
}
