import AWSEvents
import Core
import JSON
import Spool
import Testing

@Suite struct SpoolStoreTests {
    private static var small: SpoolSettings {
        var settings = SpoolSettings()
        settings.bytesMax = 2 << 20
        return settings
    }

    // MARK: what goes out

    @Test func sendsTheHighestRankFirstAndTheOldestOfIt() throws {
        let bench = try SpoolBench()
        var order: [Int] = []
        bench.receiver.mood = { _, entries in
            for entry in entries {
                order.append((try? Datum(json: Array(entry.detail.utf8)))?["number"]?.whole ?? -1)
            }
            return .take
        }
        try bench.write([bench.event(.telemetry, 1), bench.event(.finding, 2), bench.event(.telemetry, 3)])
        try bench.write([bench.event(.alarm, 4), bench.event(.finding, 5)])
        try bench.send()
        #expect(order == [4, 2, 5, 1, 3])
        #expect(try bench.state.events == 0 && bench.state.sent == 5)
    }

    @Test func aRequestHasAtMostTenEntriesAndAQuarterMegabyte() throws {
        let bench = try SpoolBench()
        var sizes: [Int] = []
        bench.receiver.mood = { _, entries in
            sizes.append(entries.count)
            #expect(entries.reduce(0) { $0 + $1.weight } <= PutEvents.weightMax)
            return .take
        }
        for number in 0..<25 { try bench.write([bench.event(.finding, number)]) }
        for number in 0..<5 { try bench.write([bench.event(.telemetry, number, bytes: 100_000)]) }
        try bench.send()
        #expect(sizes == [10, 10, 6, 2, 2] || sizes == [10, 10, 7, 2, 1])
    }

    @Test func theSameIdGoesOutAtEveryAttempt() throws {
        let bench = try SpoolBench()
        let events = try (0..<20).map { try bench.event(.finding, $0) }
        bench.receiver.mood = { request, _ in request <= 3 ? .takeAndSayNothing : .take }
        try bench.write(events)
        try bench.send()
        #expect(Set(bench.receiver.taken.keys) == Set(events.map(\.id)))
        #expect(bench.receiver.taken.values.max() == 4, "the first ten came four times")
        #expect(try bench.state.events == 0)
    }

    @Test func entriesThatFailedAreSentAgainAlone() throws {
        let bench = try SpoolBench()
        let events = try (0..<10).map { try bench.event(.finding, $0) }
        bench.receiver.mood = { request, _ in
            request == 1 ? .partly([0: "InternalFailure", 7: "ThrottlingException"]) : .take
        }
        try bench.write(events)
        try bench.send()
        #expect(bench.receiver.taken.count == 10 && bench.receiver.taken.values.allSatisfy { $0 == 1 })
        #expect(try bench.state.events == 0 && bench.state.dead == 0)
    }

    @Test func whatCanNeverBeTakenIsSetAsideWithItsReason() throws {
        let bench = try SpoolBench()
        bench.receiver.mood = { _, entries in
            entries.contains { $0.detailType == "Bad" } ? .status(400, "ValidationException") : .take
        }
        try bench.write([bench.event(.finding, 1), bench.event(.finding, 2, type: "Bad"), bench.event(.finding, 3)])
        try bench.send()
        #expect(bench.receiver.taken.count == 2)
        #expect(try bench.state.events == 0 && bench.state.dead == 1)
        let rows = try SpoolReader(bench.folder).rows(5, setAside: true)
        #expect(rows.count == 1 && rows[0].reason?.contains("ValidationException") == true)
        #expect(try Datum(json: rows[0].body)["DetailType"]?.text == "Bad")
    }

    @Test func anEventThatIsRefusedForAllTimeIsSetAsideInTheEnd() throws {
        var settings = SpoolSettings()
        settings.attemptsMax = 5
        let bench = try SpoolBench(settings)
        bench.receiver.mood = { _, _ in .partly([0: "AccessDeniedException"]) }
        try bench.write([bench.event(.finding, 1)])
        try bench.send()
        #expect(bench.receiver.requests == 5)
        #expect(try bench.state.events == 0 && bench.state.dead == 1)
    }

    @Test func aClockThatIsSetBackHoldsNothingForEver() throws {
        let bench = try SpoolBench()
        bench.receiver.mood = { request, _ in request == 1 ? .partly([0: "InternalFailure"]) : .take }
        try bench.write([bench.event(.finding, 1)])
        try bench.send(turns: 1)
        bench.wall -= 365 * 86_400_000
        bench.pass(400)
        try bench.send()
        #expect(bench.receiver.taken.count == 1)
    }

    // MARK: what there is no room for

    @Test func theLowestRankGoesFirstAndTheOldestOfIt() throws {
        let bench = try SpoolBench(Self.small)
        var kept: [SpoolRank: [String]] = [:]
        for number in 0..<2000 {
            let rank: SpoolRank = number % 20 == 0 ? .alarm : number % 4 == 0 ? .finding : .telemetry
            let event = try bench.event(rank, number, bytes: 1200)
            kept[rank, default: []].append(event.id)
            try bench.write([event])
        }
        let state = try bench.state
        #expect(state.fileBytes <= Self.small.bytesMax)
        #expect(state.dropped.shares[.alarm] == nil, "alarms are the last to go")
        #expect(state.ranks[.alarm]?.events == 100)
        #expect(state.dropped.events + state.events == 2000)
        try bench.send()
        for rank in SpoolRank.allCases {
            let all = kept[rank] ?? []
            let came = all.filter { bench.receiver.taken[$0] != nil }
            #expect(came == Array(all.suffix(came.count)), "\(rank.name): the newest are kept")
        }
        #expect(state.ranks[.finding]?.events == 400, "findings are untouched while there is telemetry")
    }

    @Test func alarmsGoWhenThereIsNothingElse() throws {
        let bench = try SpoolBench(Self.small)
        for number in 0..<1500 { try bench.write([bench.event(.alarm, number, bytes: 2000)]) }
        let state = try bench.state
        #expect(state.fileBytes <= Self.small.bytesMax && state.dropped.shares[.alarm] != nil && state.events > 300)
        // Even then telemetry does not push an alarm out.
        let alarms = state.ranks[.alarm]?.events
        for number in 0..<50 { try bench.write([bench.event(.telemetry, number, bytes: 2000)]) }
        #expect(try bench.state.ranks[.alarm]?.events ?? 0 >= (alarms ?? 0) - 2)
    }

    @Test func whatWasDroppedIsTold() throws {
        let bench = try SpoolBench()
        var lost = DropTally()
        lost.add(.telemetry, events: 7, bytes: 700)
        try bench.write([bench.event(.finding, 1)], dropped: lost)
        try bench.send()
        let report = bench.receiver.details.values.first { $0["dropped"] != nil }
        #expect(report?["dropped"] == ["telemetry": ["events": 7, "bytes": 700]])
        #expect(bench.receiver.taken.count == 2)
        #expect(try bench.state.dropped == lost)
        bench.pass(120)
        try bench.write([bench.event(.finding, 2)])
        try bench.send()
        #expect(bench.receiver.details.values.count { $0["dropped"] != nil } == 1, "once")
    }

    // MARK: what is kept

    @Test func aSecondWriterIsRefused() throws {
        let bench = try SpoolBench()
        #expect(throws: Fault.self) { try SpoolBench(folder: bench.folder) }
    }

    @Test func anIdThatIsGivenIsKept() throws {
        let entry = PutEventsEntry(source: "s", detailType: "t", detail: #"{"lineside_event_id":"mine","a":1}"#)
        let event = try SpoolEvent(entry, rank: .telemetry, wall: 5)
        #expect(event.id == "mine" && event.entry.detail == entry.detail && event.entry.time == 5)
    }

    @Test(arguments: [("{}", ""), (" { } ", " "), (#"{ "a" : 1 }"#, ",\"a\" : 1 ")])
    func theIdIsTheFirstMember(_ testCase: (detail: String, rest: String)) throws {
        let event = try SpoolEvent(
            PutEventsEntry(source: "s", detailType: "t", detail: testCase.detail), rank: .telemetry, wall: 5)
        let prefix = "{\"\(EventID.key)\":\"\(event.id)\""
        #expect(event.entry.detail.hasPrefix(prefix))
        #expect(try Datum(json: Array(event.entry.detail.utf8))[EventID.key]?.text == event.id)
    }

    @Test(arguments: ["", "[]", "7", "{", "null"]) func aDetailIsAnObject(_ detail: String) {
        #expect(throws: Fault.self) {
            try SpoolEvent(PutEventsEntry(source: "s", detailType: "t", detail: detail), rank: .telemetry, wall: 5)
        }
    }

    @Test func idsAreDifferentAndInOrder() {
        let ids = (0..<1000).map { EventID.make(wall: 1_795_000_000_000 + Int64($0)) }
        #expect(Set(ids).count == 1000 && ids == ids.sorted())
        #expect(ids.allSatisfy { $0.utf8.count == 36 && $0.split(separator: "-")[2].hasPrefix("7") })
    }

    @Test func settingsAreRead() throws {
        let settings = try SpoolSettings([
            "bytes_max": 4_194_304, "pause_longest_s": 60, "attempts_max": 9, "ranks": ["Part Rejected": "finding"],
        ])
        #expect(
            settings.bytesMax == 4 << 20 && settings.pauseLongest == 60 * Span64.second && settings.attemptsMax == 9)
        #expect(settings.rank(of: "Part Rejected") == .finding && settings.rank(of: "other") == .telemetry)
        #expect(throws: Fault.self) { try SpoolSettings(["ranks": ["a": "best"]]) }
        #expect(throws: Fault.self) { try SpoolSettings(["bytes": 1]) }
    }
}
