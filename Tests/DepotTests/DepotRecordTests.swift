import Core
import Crypto
import Testing

@testable import Depot

@Suite struct DepotRecordTests {
    static let left = Sample.left

    /// A place with a history, a deployment under way, words that would tear a line apart.
    static func record() throws -> DepotRecord {
        var record = DepotRecord()
        for number in 1...3 {
            record.admit(
                try Sample.deployment([Target(left, Sample.digest(number))], id: "d\(number)", created: UInt64(number)))
            record.activate()
            record.finish(
                number == 2 ? .failedRollbackComplete : .succeeded, reason: number == 2 ? "a b%c\nd" : "", at: 77)
        }
        var last = try Sample.deployment(
            [Target(left, nil), Target(.components, Sample.digest(4))], id: "d 4", created: 4)
        last.updatePolicy = .notify(nanoseconds: 5)
        last.failurePolicy = .doNothing
        last.limits.restarts = 7
        last.takesHeld = true
        last.holdsReplaced = true
        record.admit(last)
        record.activate()
        record.countRestart()
        return record
    }

    @Test func pointersMoveTogether() throws {
        var record = try Self.record()
        #expect(record[Self.left].good == Sample.digest(3))
        #expect(record[Self.left].before == Sample.digest(1))
        #expect(record[Self.left].active == nil)
        #expect(record[Self.left].held == [Sample.digest(2)])
        #expect(record[.components].active == Sample.digest(4))
        #expect(record[.components].good == nil)
        #expect(record.running?.stage == .activated(restarts: 1))
        record.restore(reason: "x")
        #expect(record[Self.left].active == Sample.digest(3))
        #expect(record[.components].active == nil)
        #expect(record[.components].held == [Sample.digest(4)])
        record.finish(.failedRollbackComplete, reason: "x", at: 80)
        #expect(record.running == nil)
        #expect(record[.components].candidate == nil)
        #expect(record.history.map(\.id) == ["d1", "d2", "d3", "d 4"])
    }

    @Test func readsBackWhatItWrote() throws {
        let record = try Self.record()
        #expect(try DepotRecord(text: record.text) == record)
        #expect(try DepotRecord(text: DepotRecord().text) == DepotRecord())
    }

    /// Before version 2 a record did not say what can be undone.
    @Test func readsWhatAnEarlierVersionWrote() throws {
        var record = try Self.record()
        record.undoable = []
        let body = record.text.split(separator: UInt8(ascii: "\n")).dropFirst().dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
        let text = (["lineside-depot 1"] + body).map { $0 + "\n" }.joined()
        let whole = Array((text + "sum \(SHA256.digest(of: Array(text.utf8)))\n").utf8)
        #expect(try DepotRecord(text: whole) == record)
    }

    @Test func knowsWhatTheLastOneThatSucceededWasAbout() throws {
        var record = DepotRecord()
        func end(_ target: Target, _ result: DeploymentResult, group: String = "g") throws {
            record.admit(try Sample.deployment([target], id: "d\(record.history.count)", group: group))
            record.activate()
            record.finish(result, reason: "", at: 1)
        }
        #expect(record.undoable.isEmpty)
        try end(Target(Self.left, Sample.digest(1)), .succeeded)
        try end(Target(.components, Sample.digest(2)), .failedRollbackComplete)
        #expect(record.undoable == [Self.left])
        try end(Target(.components, Sample.digest(3)), .succeeded)
        #expect(record.undoable == [.components])
        #expect(try DepotRecord(text: record.text).undoable == [.components])
        try end(Target(.components, Sample.digest(3)), .succeeded, group: Deployment.undoGroup)
        #expect(record.undoable.isEmpty)
    }

    /// A clock that was once ahead keeps nobody from the next deployment.
    @Test(arguments: [(wall: UInt64(5), created: UInt64(1_001)), (1_000, 1_001), (1_001, 1_001), (2_000, 2_000)])
    func comesAfterTheNewestOfItsGroup(_ testCase: (wall: UInt64, created: UInt64)) throws {
        var record = DepotRecord()
        record.admit(try Sample.deployment([Target(Self.left, nil)], group: "g", created: 1_000))
        #expect(record.creation(of: "g", wall: testCase.wall) == testCase.created)
        #expect(record.creation(of: "other", wall: testCase.wall) == testCase.wall)
    }

    @Test func believesNothingButAWholeRecord() throws {
        let text = try Self.record().text
        for length in 0..<text.count {
            #expect(throws: Fault.self) { try DepotRecord(text: Array(text.prefix(length))) }
        }
        for place in text.indices {
            var changed = text
            changed[place] ^= 1
            #expect(throws: Fault.self) { try DepotRecord(text: changed) }
        }
    }

    @Test func forgetsTheOldest() throws {
        var record = DepotRecord()
        for number in 0..<300 {
            record.admit(
                try Sample.deployment(
                    [Target(Self.left, Sample.digest(number % 200))], id: "d\(number)", group: "g\(number)",
                    created: UInt64(number)))
            record.activate()
            record.finish(.failedRollbackComplete, reason: "", at: 1)
        }
        #expect(record.history.count == DepotRecord.historyMax)
        #expect(record.history.last?.id == "d299")
        #expect(record.groups.count == DepotRecord.groupsMax)
        #expect(record.groups["g0"] == nil)
        #expect(record[Self.left].held.count == 16)
    }

    @Test func nothingPointedAtIsCollectable() throws {
        let record = try Self.record()
        #expect(record.roots == [Sample.digest(1), Sample.digest(3), Sample.digest(4)])
    }

    @Test(arguments: ["", "component", "station/", "station/a/b", "station/..%", "station/ä", "station/a b"])
    func refusesPlace(_ text: String) { #expect(throws: Fault.self) { try Place(parsing: text) } }

    @Test func placesHaveAnOrder() {
        #expect([Sample.right, Sample.left, .components].sorted() == [.components, Sample.left, Sample.right])
    }
}
