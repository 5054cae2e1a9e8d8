internal import Core

/// Whether the release leaves parts unjudged: several in a row, or too many of the last thousand.
struct FailureTrigger: Hashable, Sendable {
    /// A share that the last good release shows is known no better than so many standard deviations of a window.
    private static let sigmas = 3.0

    private let settings: WatchSettings.InferenceFailure
    private let failuresMax: Double
    private let lastGoodShare: Double
    private var window: RollingCount
    private var consecutive = 0
    private var lastReason = Reason.ok

    init(_ settings: WatchSettings.InferenceFailure, lastGood: ReleaseBaseline?) {
        self.settings = settings
        window = RollingCount(parts: settings.windowParts)
        lastGoodShare = lastGood?.failureShare ?? 0
        let parts = Double(settings.windowParts)
        let spread = Self.sigmas * (parts * lastGoodShare * (1 - lastGoodShare)).squareRoot()
        failuresMax = parts * lastGoodShare + max(parts * settings.overLastGood, spread)
    }

    mutating func note(_ isFailure: Bool, _ reason: Reason) {
        consecutive = isFailure ? consecutive + 1 : 0
        if isFailure { lastReason = reason }
        window.add(isFailure)
    }

    /// A window that is not full yet may already hold too many: nothing that comes can make them fewer.
    var complaint: String? {
        if consecutive >= settings.consecutive {
            return "\(consecutive) parts in a row were not judged, the last for \(lastReason.name)"
        }
        guard Double(window.hits) > failuresMax + 1e-9 else { return nil }
        return "\(window.hits) of the last \(window.count) parts were not judged, the last for \(lastReason.name); "
            + "the last good release left \(Percent(lastGoodShare)) unjudged"
    }
}
