internal import Core

/// Events that wait in memory for the disk: so many and no more. Pure: no clock, no disk, no thread.
///
/// When it is full the lowest rank goes first, and of that the oldest.
struct SpoolQueue {
    struct Item: Sendable {
        let event: SpoolEvent
        let came: Instant
        /// Told once: whether it is on the disk.
        let done: (@Sendable (Bool) -> Void)?
    }

    private let settings: SpoolSettings
    private var lines: [SpoolRank: Line] = [:]
    private(set) var count = 0
    private(set) var bytes = 0
    /// Given up since this was last taken.
    private var dropped = DropTally()
    private var retryAt: Instant?
    private var isHurried = false
    private var isClosing = false
    /// Taken for a commit that has not come through yet.
    private(set) var committing = 0

    init(_ settings: SpoolSettings) { self.settings = settings }

    /// Returns who was given up for it; it may be the new one itself.
    mutating func append(_ item: Item) -> [Item] {
        insert(item)
        var victims: [Item] = []
        while count > settings.waitingEventsMax || bytes > settings.waitingBytesMax, let victim = dropOldest() {
            victims.append(victim)
        }
        return victims
    }

    private mutating func insert(_ item: Item) {
        lines[item.event.rank, default: Line()].append(item)
        count += 1
        bytes += item.event.bytes
    }

    private mutating func dropOldest() -> Item? {
        guard let rank = SpoolRank.allCases.first(where: { lines[$0]?.isEmpty == false }),
            let victim = lines[rank]?.popFirst()
        else { return nil }
        count -= 1
        bytes -= victim.event.bytes
        dropped.add(rank, bytes: victim.event.bytes)
        return victim
    }

    enum Turn: Hashable { case write, sleep(until: Instant), end }

    func turn(now: Instant) -> Turn {
        if count == 0, dropped.isEmpty { return isClosing ? .end : .sleep(until: .distantFuture) }
        if let retryAt { return now >= retryAt ? .write : isClosing ? .end : .sleep(until: retryAt) }
        if isHurried || isClosing || count >= settings.committedEventsMax || count == 0 { return .write }
        let oldest = lines.values.compactMap(\.first?.came).min() ?? now
        let due = oldest.advanced(by: settings.commitDelay)
        return now >= due ? .write : .sleep(until: due)
    }

    /// What the next commit shall hold, the highest rank first, and what was given up meanwhile.
    mutating func take() -> (items: [Item], dropped: DropTally) {
        var batch: [Item] = []
        var taken = 0
        for rank in SpoolRank.allCases.reversed() {
            while batch.count < settings.committedEventsMax, let next = lines[rank]?.first,
                batch.isEmpty || taken + next.event.bytes <= settings.committedBytesMax,
                let item = lines[rank]?.popFirst()
            {
                batch.append(item)
                taken += item.event.bytes
            }
        }
        count -= batch.count
        bytes -= taken
        committing = batch.count
        defer { dropped = DropTally() }
        return (batch, dropped)
    }

    /// The commit came through.
    mutating func settle() {
        retryAt = nil
        committing = 0
        if count == 0 { isHurried = false }
    }

    /// The disk refused: everything waits again, before what came since.
    mutating func putBack(_ batch: [Item], _ lost: DropTally, retryAt: Instant) -> [Item] {
        for rank in SpoolRank.allCases {
            lines[rank, default: Line()].prepend(batch.filter { $0.event.rank == rank })
        }
        count += batch.count
        bytes += batch.reduce(0) { $0 + $1.event.bytes }
        committing = 0
        dropped.add(lost)
        self.retryAt = retryAt
        var victims: [Item] = []
        while count > settings.waitingEventsMax || bytes > settings.waitingBytesMax, let victim = dropOldest() {
            victims.append(victim)
        }
        return victims
    }

    mutating func hurry() { isHurried = true }

    /// What waits is tried once more, whatever the disk said before.
    mutating func close() {
        isClosing = true
        retryAt = nil
    }
}

/// First in, first out; taking the first moves nothing else.
private struct Line {
    private var items: [SpoolQueue.Item] = []
    private var start = 0
    /// Room at the front that is not worth giving back.
    private static let startMax = 256

    var isEmpty: Bool { start == items.count }
    var first: SpoolQueue.Item? { isEmpty ? nil : items[start] }

    mutating func append(_ item: SpoolQueue.Item) { items.append(item) }

    mutating func prepend(_ before: [SpoolQueue.Item]) {
        items.replaceSubrange(..<start, with: before)
        start = 0
    }

    mutating func popFirst() -> SpoolQueue.Item? {
        guard let item = first else { return nil }
        start += 1
        if isEmpty || (start > Self.startMax && start * 2 > items.count) {
            items.removeFirst(start)
            start = 0
        }
        return item
    }
}
