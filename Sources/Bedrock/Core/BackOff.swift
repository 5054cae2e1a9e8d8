/// Pauses between tries: each twice as long as the one before, up to a limit, and short again after a success.
package struct BackOff: Hashable, Sendable {
    private let shortest: UInt64
    private let longest: UInt64
    private let startsAtOnce: Bool
    private var pause: UInt64

    /// Nanoseconds. With `startsAtOnce` the first try after a success is made without a pause.
    package init(shortest: UInt64, longest: UInt64, startsAtOnce: Bool = false) {
        self.shortest = shortest
        self.longest = longest
        self.startsAtOnce = startsAtOnce
        pause = shortest
    }

    /// How long to wait before the next try.
    package mutating func next() -> UInt64 {
        defer { pause = min(pause * 2, longest) }
        return startsAtOnce && pause == shortest ? 0 : pause
    }

    package mutating func reset() { pause = shortest }
}
