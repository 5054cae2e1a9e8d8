/// A queue in one piece of memory: what is added and taken at its ends moves nothing else.
struct Ring<Element> {
    private var slots: [Element?]
    private var start = 0
    private(set) var count = 0

    init(capacity: Int) { slots = Array(repeating: nil, count: max(1, capacity)) }

    var isEmpty: Bool { count == 0 }

    /// The element at `place`, counted from the first.
    subscript(place: Int) -> Element? { place < count ? slots[slot(place)] : nil }

    private func slot(_ place: Int) -> Int { (start + place) % slots.count }

    mutating func append(_ element: Element) {
        if count == slots.count { grow() }
        slots[slot(count)] = element
        count += 1
    }

    mutating func prepend(_ element: Element) {
        if count == slots.count { grow() }
        start = (start + slots.count - 1) % slots.count
        slots[start] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        var element: Element?
        swap(&element, &slots[start])
        start = (start + 1) % slots.count
        count -= 1
        return element
    }

    private mutating func grow() {
        let ordered = Array(slots[start...] + slots[..<start])
        slots = ordered + Array(repeating: nil, count: ordered.count)
        start = 0
    }
}
