internal import Core

/// Pauses between tries: each twice as long as the one before, up to a limit, and short again after a success.
struct BackOff {
    private(set) var pause = Self.shortest

    static let shortest = 200 * Span64.millisecond
    static let longest = 2 * Span64.second

    /// How long to wait before the next try.
    mutating func next() -> UInt64 {
        defer { pause = min(pause * 2, Self.longest) }
        return pause
    }

    mutating func reset() { pause = Self.shortest }
}
