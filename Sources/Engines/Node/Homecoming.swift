internal import Core
internal import Depot

/// Places whose active thing has not come back since the node's start, and why: tried again, ever more slowly, until it
/// has. Pure.
struct Homecoming: Hashable, Sendable {
    private(set) var missing: [Place: String] = [:]
    private var backOff = BackOff(shortest: Span64.second, longest: 60 * Span64.second)
    private var tryAt = Instant(nanoseconds: 0)

    /// Those whose turn it is; none while there is nothing to try.
    func due(_ now: Instant) -> [Place] { now >= tryAt ? missing.keys.sorted() : [] }

    /// How one of them came off; true when that is worth telling.
    mutating func note(_ place: Place, _ fault: Fault?) -> Bool {
        let before = missing[place]
        missing[place] = fault.map { "\($0)" }
        return missing[place] != before
    }

    /// All that were due have been tried.
    mutating func rest(_ now: Instant) {
        if missing.isEmpty { backOff.reset() }
        tryAt = now.advanced(by: backOff.next())
    }
}
