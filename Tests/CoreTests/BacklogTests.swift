import Core
import Testing

@Suite struct BacklogTests {
    @Test func whatIsNotDoneIsWaitedForInVain() {
        let backlog = Backlog()
        #expect(backlog.isEmpty && backlog.isDone(backlog.last, within: 0))
        let number = backlog.add()
        #expect(!backlog.isEmpty && !backlog.isDone(number, within: Span64.millisecond))
    }

    @Test func whatIsDoneIsDoneUpToThere() {
        let backlog = Backlog()
        let numbers = (0..<3).map { _ in backlog.add() }
        backlog.settle(numbers[1])
        #expect(numbers.map { backlog.isDone($0, within: 0) } == [true, true, false])
        // Somebody who was slow to say so takes nothing back.
        backlog.settle(numbers[0])
        #expect(backlog.isDone(numbers[1], within: 0) && !backlog.isEmpty)
        backlog.settle(backlog.last)
        #expect(backlog.isEmpty)
    }

    @Test func aWaiterIsWoken() {
        let backlog = Backlog()
        let number = backlog.add()
        Lane.start("settler") { backlog.settle(number) }
        #expect(backlog.isDone(number, within: 60 * Span64.second))
    }
}
