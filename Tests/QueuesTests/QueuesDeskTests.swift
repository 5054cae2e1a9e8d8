import AWSProtocol
import Core
import Database
import Files
import Records
import Testing

@testable import Queues

/// Queues over a real file. Times are milliseconds after the beginning: the desk sweeps by the clock on the wall.
@Suite struct QueuesDeskTests {
    private static let caller = Caller(account: "1", arn: "arn:aws:iam::1:root", userID: "1", keyID: "K")
    private static let arn = "arn:aws:sqs:r:1:"
    private static let start = Int64(WallClock.milliseconds)
    private static let one = MessageTable.Wish(most: 1, visibility: nil, waits: true)
    private static let ten = MessageTable.Wish(most: 10, visibility: nil, waits: true)

    private static func withDesk(_ body: (QueuesDesk) throws -> Void) throws {
        let folder = try FileAccess.temporaryFolder("lineside-queues")
        defer { FileAccess.remove(folder) }
        let desk = try QueuesDesk(folder + "/queues.db", account: "1", region: "r")
        defer { desk.close() }
        try body(desk)
    }

    @discardableResult private static func ask(
        _ desk: QueuesDesk, _ operation: String, _ input: DatumMap
    ) throws -> Datum {
        try ServiceDirectory(desk.services).perform(operation, of: "sqs", input, by: caller, region: "r")
    }

    private static func make(_ desk: QueuesDesk, _ name: String, _ attributes: DatumMap = [:]) throws {
        try ask(desk, "CreateQueue", ["QueueName": .text(name), "Attributes": .map(attributes)])
    }

    private static func put(_ desk: QueuesDesk, _ texts: String..., to name: String, at now: Int64) throws {
        try desk.send(texts.map { try MessageDraft(QueueLetter($0), sender: "1") }, to: name, start + now)
    }

    private static func take(
        _ desk: QueuesDesk, _ wish: MessageTable.Wish = ten, from name: String, at now: Int64
    ) throws -> MessageTable.Taken { try desk.take(wish, from: name, start + now) }

    @Test func isHiddenUntilItsTimeIsOver() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q")
            try Self.put(desk, "a", to: "q", at: 0)
            #expect(try Self.take(desk, Self.one, from: "q", at: 0).messages.map(\.body) == ["a"])
            let nothing = try Self.take(desk, Self.one, from: "q", at: 29_999)
            #expect(nothing.messages.isEmpty && nothing.next == Self.start + 30_000)
            #expect(try Self.take(desk, Self.one, from: "q", at: 30_000).messages.map(\.handle.receive) == [2])
        }
    }

    @Test func nobodyIsToldTheNextMomentWhoDoesNotWait() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q", ["DelaySeconds": "5"])
            try Self.put(desk, "a", to: "q", at: 0)
            let glance = MessageTable.Wish(most: 1, visibility: nil)
            #expect(try Self.take(desk, glance, from: "q", at: 0) == MessageTable.Taken())
        }
    }

    /// What is asked for each receive is answered by the first rows of an index, however many messages there are.
    @Test(arguments: [MessageTable.due, MessageTable.upcoming])
    func receivingSortsNothing(_ sql: String) throws {
        try Self.withDesk { desk in
            let plan = try desk.shelf.read { database throws(Fault) in
                try database.rows("EXPLAIN QUERY PLAN \(sql)", []) { $0.text(3) }
            }
            #expect(
                plan.count == 1 && plan.allSatisfy { $0.contains("messages_visible (queue=? AND visible") }, "\(plan)")
        }
    }

    @Test func receiversAreRungForWhatTheyCanHave() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q")
            try Self.put(desk, "a", to: "q", at: 0)
            let held = try #require(try Self.take(desk, Self.one, from: "q", at: 0).messages.first)
            let bell = try #require(desk.waiting.sit(at: "q"))
            let handle: [(String, Datum)] = [("QueueUrl", "/1/q"), ("ReceiptHandle", .text(held.handle.text))]
            for (operation, seconds, rings) in [
                ("ChangeMessageVisibility", 600, 0), ("ChangeMessageVisibility", 60, 1), ("DeleteMessage", nil, 0),
            ] as [(String, Int?, UInt32)] {
                let before = bell.rings
                let more = seconds.map { [("VisibilityTimeout", Datum.whole($0))] } ?? []
                try Self.ask(desk, operation, DatumMap(handle + more))
                #expect(bell.rings - before == rings, "\(operation) \(seconds ?? -1)")
            }
        }
    }

    /// Nothing is hidden until a clock that was set back gets there again; what was received stays so for its time.
    @Test func followsAClockThatWasSetBack() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q")
            try Self.put(desk, "held", to: "q", at: 99_000)
            #expect(try Self.take(desk, Self.one, from: "q", at: 100_000).messages.map(\.body) == ["held"])
            try Self.put(desk, "seen", to: "q", at: 100_000)
            try desk.followSinceLastTime(Self.start + 40_000)
            #expect(try Self.take(desk, from: "q", at: 40_000).messages.map(\.body) == ["seen"])
            try desk.followSinceLastTime(Self.start + 40_000)
            #expect(try Self.take(desk, from: "q", at: 69_999) == MessageTable.Taken(next: Self.start + 70_000))
            #expect(try Self.take(desk, from: "q", at: 70_000).messages.map(\.body) == ["held", "seen"])
        }
    }

    @Test func emptyHandsAreHeldBackAndLeaveNoTrace() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q")
            try Self.make(desk, "patient", ["ReceiveMessageWaitTimeSeconds": "20"])
            let operation = try #require(desk.services.first?.operation("ReceiveMessage"))
            let span = { (name: String, more: DatumMap, answer: Datum) in
                let input = DatumMap([("QueueUrl", .text("/1/" + name))] + more.members)
                return operation.idleness?(Call(input, by: Self.caller, region: "r", requestID: ""), answer)
            }
            #expect(span("q", [:], ["Messages": .null]) == 0)
            #expect(span("q", ["WaitTimeSeconds": 5], [:]) == Span64.second)
            #expect(span("patient", [:], [:]) == Span64.second)
            #expect(span("patient", [:], ["Messages": .list([])]) == nil)
            desk.endWaiting()
            #expect(span("patient", [:], [:]) == 0)
        }
    }

    @Test func isDelayed() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q", ["DelaySeconds": "5"])
            try Self.put(desk, "a", to: "q", at: 0)
            #expect(try Self.take(desk, Self.one, from: "q", at: 4_999).messages.isEmpty)
            #expect(try Self.take(desk, Self.one, from: "q", at: 5_000).messages.count == 1)
        }
    }

    @Test func whatIsTooOldIsNotReceivedAndIsThrownOut() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q", ["MessageRetentionPeriod": "60"])
            try Self.put(desk, "old", to: "q", at: 0)
            try Self.put(desk, "new", to: "q", at: 1)
            #expect(try Self.take(desk, Self.ten, from: "q", at: 60_000).messages.map(\.body) == ["new"])
            try desk.sweep(Self.start + 60_000)
            #expect(try Self.held(desk) == 1)
            try desk.sweep(Self.start + 60_001)
            #expect(try Self.held(desk) == 0)
        }
    }

    /// Messages in all queues, as the file counts them itself, and their letters.
    private static func held(_ desk: QueuesDesk) throws -> Int64 {
        let tallies = try desk.shelf.read { database throws(Fault) in
            (
                try database.number("SELECT total(messages) FROM tallies"),
                try database.number("SELECT count(*) FROM messages"),
                try database.number("SELECT count(*) FROM letters")
            )
        }
        #expect(tallies.0 == tallies.1 && tallies.1 == tallies.2)
        return tallies.1 ?? -1
    }

    @Test func goesToTheDeadLettersWhenReceivedTooOften() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "dead")
            let policy = #"{"deadLetterTargetArn":"\#(Self.arn)dead","maxReceiveCount":2}"#
            try Self.make(desk, "q", ["RedrivePolicy": .text(policy), "VisibilityTimeout": "1"])
            try Self.put(desk, "a", "b", to: "q", at: 0)
            for at in [0, 1_000] as [Int64] {
                #expect(try Self.take(desk, Self.ten, from: "q", at: at).messages.map(\.body) == ["a", "b"])
            }
            let over = try Self.take(desk, Self.ten, from: "q", at: 2_000)
            #expect(over.messages.isEmpty && over.hasDeadLetters && over.next == nil)
            let dead = try Self.take(desk, Self.ten, from: "dead", at: 2_000).messages
            #expect(dead.map(\.handle.receive) == [3, 3])
            let told = dead[0].told(AttributeChoice([]), system: AttributeChoice(["All"]))
            #expect(told["Attributes"]?["DeadLetterQueueSourceArn"] == .text(Self.arn + "q"))
            #expect(told["Attributes"]?["SentTimestamp"] == .text("\(Self.start)"))
            #expect(try Self.held(desk) == 2)
        }
    }

    @Test func staysWhereThereIsNobodyForDeadLetters() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "dead")
            let policy = #"{"deadLetterTargetArn":"\#(Self.arn)dead","maxReceiveCount":1}"#
            try Self.make(desk, "q", ["RedrivePolicy": .text(policy), "VisibilityTimeout": "1"])
            try Self.put(desk, "a", to: "q", at: 0)
            try Self.ask(desk, "DeleteQueue", ["QueueUrl": "/1/dead"])
            for at in [0, 1_000, 2_000] as [Int64] {
                #expect(try Self.take(desk, Self.one, from: "q", at: at).messages.count == 1)
            }
        }
    }

    @Test func whatWasPurgedIsGoneAtOnceAndThrownOutLater() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q")
            try Self.put(desk, "a", "b", to: "q", at: 0)
            try Self.ask(desk, "PurgeQueue", ["QueueUrl": "/1/q"])
            try Self.put(desk, "c", to: "q", at: 0)
            try desk.sweep(Self.start)
            #expect(try Self.held(desk) == 1)
            #expect(try Self.take(desk, Self.ten, from: "q", at: 1).messages.map(\.body) == ["c"])
        }
    }

    @Test func anOlderReceiptDeletesAndDoesNotHide() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q")
            try Self.put(desk, "a", to: "q", at: 0)
            let glance = MessageTable.Wish(most: 1, visibility: 0)
            let older = try #require(try Self.take(desk, glance, from: "q", at: 0).messages.first).handle
            let newer = try #require(try Self.take(desk, Self.one, from: "q", at: 0).messages.first).handle
            let hide = { (handle: ReceiptHandle) in
                _ = try Self.ask(
                    desk, "ChangeMessageVisibility",
                    ["QueueUrl": "/1/q", "ReceiptHandle": .text(handle.text), "VisibilityTimeout": 600])
            }
            #expect { try hide(older) } throws: { ($0 as? ServiceProblem)?.code == "ReceiptHandleIsInvalid" }
            try hide(newer)
            #expect(try Self.take(desk, Self.one, from: "q", at: 60_000).messages.isEmpty)
            try Self.ask(desk, "DeleteMessage", ["QueueUrl": "/1/q", "ReceiptHandle": .text(older.text)])
            #expect(try Self.held(desk) == 0)
            #expect { try hide(newer) } throws: { ($0 as? ServiceProblem)?.code == "InvalidParameterValue" }
        }
    }

    @Test func otherDepartmentsPutLetters() throws {
        try Self.withDesk { desk in
            try Self.make(desk, "q")
            #expect(desk.has(Self.arn + "q") && !desk.has(Self.arn + "other") && !desk.has("arn:aws:sqs:r:2:q"))
            try desk.put([QueueLetter("a", attributes: ["rule": "r"]), QueueLetter("b")], to: Self.arn + "q")
            let taken = try Self.take(desk, from: "q", at: 60_000).messages
            #expect(taken.map(\.body) == ["a", "b"])
            #expect(taken[0].attributes == ["rule": MessageAttribute(type: "String", value: .text("r"))])
            #expect(throws: ServiceProblem.self) {
                try desk.put([QueueLetter("c"), QueueLetter("\u{0}")], to: Self.arn + "q")
            }
            #expect(throws: ServiceProblem.self) { try desk.put([QueueLetter("c")], to: Self.arn + "other") }
            #expect(try Self.held(desk) == 2)
        }
    }

    @Test func seatsAreFew() {
        let room = WaitingRoom()
        let bells = (0..<WaitingRoom.seatsMax).map { room.sit(at: "q\($0 % 2)") }
        #expect(bells.allSatisfy { $0 != nil } && room.sit(at: "q0") == nil)
        room.leave("q1")
        #expect(room.sit(at: "q2") != nil)
        room.close()
        room.leave("q2")
        #expect(room.sit(at: "q2") == nil)
    }
}
