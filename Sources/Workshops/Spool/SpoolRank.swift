/// What an event is worth when room is short: the lowest rank is dropped first, and the highest is sent first.
package enum SpoolRank: Int, Hashable, Sendable, CaseIterable, Comparable {
    /// Passes, figures, and whatever nobody ranked.
    case telemetry = 0
    /// Rejects and reviews.
    case finding = 1
    /// Escapes and rollbacks.
    case alarm = 2

    package var name: String {
        switch self {
        case .telemetry: "telemetry"
        case .finding: "finding"
        case .alarm: "alarm"
        }
    }

    package static func < (left: SpoolRank, right: SpoolRank) -> Bool { left.rawValue < right.rawValue }
}
