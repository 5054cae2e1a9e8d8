internal import Core

/// Decides what waits, what is written next and what is given up. Pure: no clock, no disk, no thread.
struct LedgerQueue {
    /// An entry with its number.
    struct Numbered: Hashable {
        let n: UInt64
        let wall: Int64
        let entry: LedgerEntry
        let came: Instant
    }

    enum Item: Hashable {
        case entry(Numbered)
        /// Entries that were given up: their numbers are spoken for by one event.
        case gap(ClosedRange<UInt64>)
    }

    /// What the writer does next.
    enum Turn: Hashable {
        case write
        case sleep(until: Instant)
        case end
    }

    private let settings: LedgerSettings
    private var items: Ring<Item>
    private(set) var next: UInt64
    private(set) var waiting = 0
    private(set) var lost: UInt64 = 0
    private var retryAt: Instant?
    private var isHurried = false
    private var isClosing = false

    init(_ settings: LedgerSettings, next: UInt64) {
        self.settings = settings
        self.next = next
        // All the room there is, from the start: whoever appends never waits for it to be moved.
        items = Ring(capacity: settings.entriesWaitingMax + 2 * settings.entriesCommittedMax)
    }

    /// Gives the entry its number, and says whether the writer has to be woken.
    mutating func append(_ entry: LedgerEntry, wall: Int64, now: Instant) -> (n: UInt64, wakes: Bool) {
        let n = next
        next += 1
        items.append(.entry(Numbered(n: n, wall: wall, entry: entry, came: now)))
        waiting += 1
        if waiting > settings.entriesWaitingMax { dropOldest() }
        return (n, waiting == 1 || waiting == settings.entriesCommittedMax)
    }

    func turn(now: Instant) -> Turn {
        if items.isEmpty { return isClosing ? .end : .sleep(until: .distantFuture) }
        if let retryAt { return now >= retryAt ? .write : isClosing ? .end : .sleep(until: retryAt) }
        if isHurried || isClosing || waiting >= settings.entriesCommittedMax { return .write }
        let due = oldest.advanced(by: settings.commitDelay)
        return now >= due ? .write : .sleep(until: due)
    }

    private var oldest: Instant {
        for place in 0..<items.count { if case .entry(let numbered) = items[place] { return numbered.came } }
        return Instant(nanoseconds: 0)
    }

    /// Takes what the next commit shall hold; it counts as waiting until `settle` or `putBack`.
    mutating func take() -> [Item] {
        var batch: [Item] = []
        while batch.count < settings.entriesCommittedMax, let item = items.popFirst() { batch.append(item) }
        return batch
    }

    /// The batch is on the disk.
    mutating func settle(_ batch: [Item]) {
        waiting -= Self.entries(in: batch)
        retryAt = nil
        if items.isEmpty { isHurried = false }
    }

    /// The batch could not be written: it waits again, before everything that came since.
    mutating func putBack(_ batch: [Item], retryAt: Instant) {
        for item in batch.reversed() { items.prepend(item) }
        self.retryAt = retryAt
        while waiting > settings.entriesWaitingMax { dropOldest() }
    }

    mutating func hurry() { isHurried = true }

    /// What waits is tried once more, whatever the disk said before.
    mutating func close() {
        isClosing = true
        retryAt = nil
    }

    /// Turns the oldest entry into a part of the gap before it.
    private mutating func dropOldest() {
        var gap: ClosedRange<UInt64>?
        while let item = items.popFirst() {
            switch item {
            case .gap(let range):
                gap = (gap?.lowerBound ?? range.lowerBound)...range.upperBound
            case .entry(let numbered):
                items.prepend(.gap((gap?.lowerBound ?? numbered.n)...numbered.n))
                waiting -= 1
                lost += 1
                return
            }
        }
        // Everything that waits is inside a commit: that one is put back before it can be dropped.
        if let gap { items.prepend(.gap(gap)) }
    }

    private static func entries(in batch: [Item]) -> Int {
        batch.reduce(0) { count, item in if case .entry = item { count + 1 } else { count } }
    }
}
