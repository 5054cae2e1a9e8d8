/// How many of the last parts were hits.
struct RollingCount: Hashable, Sendable {
    private let parts: Int
    private var recent: [Bool] = []
    private var next = 0
    private(set) var hits = 0

    init(parts: Int) { self.parts = max(1, parts) }

    var count: Int { recent.count }

    mutating func add(_ isHit: Bool) {
        if recent.count < parts {
            recent.append(isHit)
        } else {
            if recent[next] { hits -= 1 }
            recent[next] = isHit
            next = (next + 1) % parts
        }
        if isHit { hits += 1 }
    }
}
