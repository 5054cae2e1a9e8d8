internal import Core

/// Whether the station still judges: too many parts that nobody judged are a fault of their own, whatever the reason of
/// each. It stands until a person has looked: a fault that comes and goes is the kind that nobody finds.
struct DecisionWatch: Hashable, Sendable {
    private static let consecutiveMax = 3
    private static let window = 300
    private static let shareMax = 0.01

    private var consecutive = 0
    /// The last decisions, true where the fail-safe was given.
    private var recent: [Bool] = []

    /// What was found wrong first; nil when nothing was.
    private(set) var complaint: String?

    /// `complaint`: what nobody has looked at since an earlier run.
    init(complaint: String? = nil) { self.complaint = complaint }

    mutating func note(_ reason: Reason) {
        // In bypass, and while no model is at work, the PLC was told that nobody judges.
        guard reason != .bypass, reason != .noModel else { return }
        let isFailSafe = !reason.isJudgement
        consecutive = isFailSafe ? consecutive + 1 : 0
        recent.append(isFailSafe)
        if recent.count > Self.window { recent.removeFirst() }
        complaint = complaint ?? excess(reason)
    }

    mutating func reset() { self = DecisionWatch() }

    private func excess(_ lastReason: Reason) -> String? {
        if consecutive >= Self.consecutiveMax {
            return "\(consecutive) parts in a row were not judged, the last for \(lastReason.name)"
        }
        let count = recent.count { $0 }
        guard Double(count) > Double(Self.window) * Self.shareMax else { return nil }
        return "\(count) of the last \(Self.window) parts were not judged, the last for \(lastReason.name)"
    }
}
