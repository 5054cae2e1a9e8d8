internal import Core

/// Whether the station still judges: too many parts that nobody judged are a fault of their own, whatever the reason of each.
struct DecisionWatch: Hashable, Sendable {
    private static let consecutiveMax = 3
    private static let window = 300
    private static let shareMax = 0.01

    private var consecutive = 0
    private var lastReason = Reason.ok
    /// The last decisions, true where the fail-safe was given.
    private var recent: [Bool] = []

    mutating func note(_ reason: Reason) {
        // In bypass nobody is expected to judge.
        guard reason != .bypass else { return }
        let isFailSafe = !reason.isJudgement
        consecutive = isFailSafe ? consecutive + 1 : 0
        if isFailSafe { lastReason = reason }
        recent.append(isFailSafe)
        if recent.count > Self.window { recent.removeFirst() }
    }

    mutating func reset() { self = DecisionWatch() }

    /// What is wrong; nil when nothing is.
    var complaint: String? {
        if consecutive >= Self.consecutiveMax {
            return "\(consecutive) parts in a row were not judged, the last for \(lastReason.name)"
        }
        let count = recent.count { $0 }
        guard recent.count == Self.window, Double(count) > Double(Self.window) * Self.shareMax else { return nil }
        return "\(count) of the last \(Self.window) parts were not judged, the last for \(lastReason.name)"
    }
}
