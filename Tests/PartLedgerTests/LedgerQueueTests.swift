import Core
import Testing

@testable import PartLedger

@Suite struct LedgerQueueTests {
    private static let event = LedgerEntry.event(EventRecord(.start, "x"))

    private static func settings(waiting: Int = 8, committed: Int = 3) -> LedgerSettings {
        var settings = LedgerSettings()
        settings.entriesWaitingMax = waiting
        settings.entriesCommittedMax = committed
        settings.commitDelay = 50
        return settings
    }

    private static func at(_ time: UInt64) -> Instant { Instant(nanoseconds: time) }

    /// A batch as text: `1 2 (3-5) 6`.
    private static func shown(_ batch: [LedgerQueue.Item]) -> String {
        batch.map { item in
            switch item {
            case .entry(let numbered): "\(numbered.n)"
            case .gap(let lost): "(\(lost.lowerBound)-\(lost.upperBound))"
            }
        }.joined(separator: " ")
    }

    private static func drained(_ queue: inout LedgerQueue) -> String {
        var batches: [String] = []
        while true {
            let batch = queue.take()
            if batch.isEmpty { return batches.joined(separator: " | ") }
            queue.settle(batch)
            batches.append(shown(batch))
        }
    }

    @Test func numbersGoOnWhereTheFileEnds() {
        var queue = LedgerQueue(Self.settings(), next: 7)
        #expect(queue.append(Self.event, wall: 0, now: Self.at(1)).n == 7)
        #expect(queue.append(Self.event, wall: 0, now: Self.at(1)).n == 8)
        #expect(Self.drained(&queue) == "7 8")
    }

    @Test func onlyTheFirstAndTheFullBatchWake() {
        var queue = LedgerQueue(Self.settings(), next: 1)
        #expect(
            (0..<5).map { _ in queue.append(Self.event, wall: 0, now: Self.at(1)).wakes } == [
                true, false, true, false, false,
            ])
    }

    @Test func waitsForOthersButNotForLong() {
        var queue = LedgerQueue(Self.settings(), next: 1)
        #expect(queue.turn(now: Self.at(10)) == .sleep(until: .distantFuture))
        _ = queue.append(Self.event, wall: 0, now: Self.at(10))
        #expect(queue.turn(now: Self.at(20)) == .sleep(until: Self.at(60)))
        #expect(queue.turn(now: Self.at(60)) == .write)
        _ = queue.append(Self.event, wall: 0, now: Self.at(20))
        _ = queue.append(Self.event, wall: 0, now: Self.at(20))
        #expect(queue.turn(now: Self.at(20)) == .write)
    }

    @Test func aFlushHurriesAndAnEndComesLast() {
        var queue = LedgerQueue(Self.settings(), next: 1)
        _ = queue.append(Self.event, wall: 0, now: Self.at(10))
        queue.hurry()
        #expect(queue.turn(now: Self.at(10)) == .write)
        queue.settle(queue.take())
        queue.close()
        #expect(queue.turn(now: Self.at(10)) == .end)
    }

    @Test func whatTheDiskRefusedIsTriedAgainInOrder() {
        var queue = LedgerQueue(Self.settings(), next: 1)
        for _ in 1...4 { _ = queue.append(Self.event, wall: 0, now: Self.at(1)) }
        let batch = queue.take()
        _ = queue.append(Self.event, wall: 0, now: Self.at(2))
        queue.putBack(batch, retryAt: Self.at(100))
        #expect(queue.waiting == 5)
        #expect(queue.turn(now: Self.at(99)) == .sleep(until: Self.at(100)))
        #expect(queue.turn(now: Self.at(100)) == .write)
        #expect(Self.drained(&queue) == "1 2 3 | 4 5")
    }

    @Test func theOldestAreGivenUpAndOneGapSpeaksForThem() {
        var queue = LedgerQueue(Self.settings(waiting: 4), next: 1)
        for _ in 1...7 { _ = queue.append(Self.event, wall: 0, now: Self.at(1)) }
        #expect(queue.lost == 3)
        #expect(queue.waiting == 4)
        #expect(Self.drained(&queue) == "(1-3) 4 5 | 6 7")
        #expect(queue.waiting == 0)
    }

    /// What is inside a commit cannot be given up; when it comes back, gaps beside each other become one.
    @Test func gapsOfARefusedCommitGrowTogether() {
        var queue = LedgerQueue(Self.settings(waiting: 4), next: 1)
        for _ in 1...4 { _ = queue.append(Self.event, wall: 0, now: Self.at(1)) }
        let batch = queue.take()
        for _ in 5...7 { _ = queue.append(Self.event, wall: 0, now: Self.at(1)) }
        #expect(queue.lost == 3)
        queue.putBack(batch, retryAt: Self.at(5))
        for _ in 8...11 { _ = queue.append(Self.event, wall: 0, now: Self.at(1)) }
        #expect(queue.lost == 7)
        #expect(Self.drained(&queue) == "(1-7) 8 9 | 10 11")
    }

    @Test func everythingMayBeInsideACommit() {
        var queue = LedgerQueue(Self.settings(waiting: 3, committed: 3), next: 1)
        for _ in 1...3 { _ = queue.append(Self.event, wall: 0, now: Self.at(1)) }
        let batch = queue.take()
        _ = queue.append(Self.event, wall: 0, now: Self.at(1))
        _ = queue.append(Self.event, wall: 0, now: Self.at(1))
        queue.putBack(batch, retryAt: Self.at(5))
        #expect(queue.waiting == 3)
        #expect(Self.drained(&queue).split(separator: " ").filter { $0 != "|" }.count >= 3)
        #expect(queue.next == 6)
    }

    @Test func aClosedQueueDoesNotWaitForARefusingDisk() {
        var queue = LedgerQueue(Self.settings(), next: 1)
        _ = queue.append(Self.event, wall: 0, now: Self.at(1))
        queue.close()
        queue.putBack(queue.take(), retryAt: Self.at(100))
        #expect(queue.turn(now: Self.at(5)) == .end)
    }
}
