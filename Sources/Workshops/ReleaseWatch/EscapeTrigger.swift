internal import Core

/// Whether defects get through: a golden reject passed, a person found one outside, or the last good release objects too often.
struct EscapeTrigger: Hashable, Sendable {
    private let settings: WatchSettings.Escape
    private var disputes: RollingCount

    init(_ settings: WatchSettings.Escape) {
        self.settings = settings
        disputes = RollingCount(parts: settings.shadowWindowParts)
    }

    mutating func note(_ verdict: Verdict, shadow: Verdict) { disputes.add(verdict == .pass && shadow == .reject) }

    var complaint: String? {
        guard Double(disputes.hits) > settings.shadowShareMax * Double(settings.shadowWindowParts) + 1e-9 else {
            return nil
        }
        return "\(disputes.hits) of \(disputes.count) parts passed that the last good release rejects"
    }
}
