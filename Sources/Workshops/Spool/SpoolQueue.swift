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
    private var items: [SpoolRank: [Item]] = [:]
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
        items[item.event.rank, default: []].append(item)
        count += 1
        bytes += item.event.bytes
    }

    private mutating func dropOldest() -> Item? {
        guard let rank = SpoolRank.allCases.first(where: { items[$0]?.isEmpty == false }),
            let victim = items[rank]?.removeFirst()
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
        let oldest = items.values.compactMap(\.first?.came).min() ?? now
        let due = oldest.advanced(by: settings.commitDelay)
        return now >= due ? .write : .sleep(until: due)
    }

    /// What the next commit shall hold, the highest rank first, and what was given up meanwhile.
    mutating func take() -> (items: [Item], dropped: DropTally) {
        var batch: [Item] = []
        var taken = 0
        for rank in SpoolRank.allCases.reversed() {
            let list = items[rank] ?? []
            var end = 0
            while end < list.count, batch.count < settings.committedEventsMax,
                batch.isEmpty || taken + list[end].event.bytes <= settings.committedBytesMax
            {
                batch.append(list[end])
                taken += list[end].event.bytes
                end += 1
            }
            items[rank]?.removeFirst(end)
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
            items[rank] = batch.filter { $0.event.rank == rank } + (items[rank] ?? [])
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
