internal import CKernel
internal import Core
internal import Link

/// Collects the requests of one run: one at a time, or as many alike as come within the rule's delay, never so many or
/// so late that the first of them would miss its deadline.
struct Gathering {
    let rule: BatchRule
    /// A request that did not fit the last batch and begins the next.
    private var held: Slot?

    init(rule: BatchRule) { self.rule = rule }

    mutating func collect(from end: EngineEnd) -> [Slot] {
        guard let first = held ?? end.next() else { return [] }
        held = nil
        guard rule.isOn, first.inputCount > 0, Self.isEven(first) else { return [first] }
        var slots = [first]
        var rows = Self.rows(first)
        let patience = min(first.submitted.advanced(by: rule.delayNanoseconds), Self.halfWay(to: first.deadline))
        while rows < rule.rowsMax, let next = end.next(until: patience) {
            guard Self.alike(first, next), Self.isEven(next), rows + Self.rows(next) <= rule.rowsMax else {
                held = next
                break
            }
            rows += Self.rows(next)
            slots.append(next)
        }
        return slots
    }

    /// Half of what is left is kept for the run itself.
    private static func halfWay(to deadline: Instant) -> Instant {
        let now = Instant.now
        return now.advanced(by: deadline.since(now) / 2)
    }

    static func rows(_ slot: Slot) -> Int { slot.input(0).rank > 0 ? slot.input(0).dimension(0) : 0 }

    /// Whether every input has as many rows as the first: only then can rows be dealt out again.
    private static func isEven(_ slot: Slot) -> Bool {
        (0..<slot.inputCount).allSatisfy { slot.input($0).rank > 0 && slot.input($0).dimension(0) == rows(slot) }
    }

    /// Whether two requests differ in nothing but their number of rows.
    private static func alike(_ one: Slot, _ other: Slot) -> Bool {
        guard one.inputCount == other.inputCount, unsafe one.record.pointee.wanted == other.record.pointee.wanted else {
            return false
        }
        return (0..<one.inputCount).allSatisfy { number in
            let left = one.input(number)
            let right = other.input(number)
            return left.port == right.port && left.type == right.type
                && left.shape.dropFirst() == right.shape.dropFirst()
        }
    }
}
