internal import Core

/// Whether the release rejects more than the last good one did, and whether that is the release's doing.
struct RejectRateTrigger: Hashable, Sendable {
    struct Complaint: Hashable, Sendable {
        let evidence: String
        /// The last good release would reject about as many of today's parts: the process has changed, not the model.
        let isTheProcess: Bool
    }

    private let settings: WatchSettings.RejectRate
    private let lastGoodShare: Double
    private var test: RejectRateTest?
    private var shadowed = 0
    /// Rejects among the shadowed parts, by this release and by the last good one.
    private var ownRejects = 0
    private var shadowRejects = 0

    init(_ settings: WatchSettings.RejectRate, lastGood: ReleaseBaseline?) {
        self.settings = settings
        lastGoodShare = lastGood?.rejectShare ?? 0
        test = lastGood.flatMap {
            RejectRateTest(lastGoodRejects: $0.rejects, of: $0.judged, sigmas: settings.sigmas)
        }
    }

    mutating func note(_ isReject: Bool, shadow: Verdict?) {
        test?.add(rejects: isReject ? 1 : 0, of: 1)
        guard let shadow, shadow != .none else { return }
        shadowed += 1
        if isReject { ownRejects += 1 }
        if shadow == .reject { shadowRejects += 1 }
    }

    var complaint: Complaint? {
        guard let test, test.parts >= settings.partsMin, test.share > settings.ratio * lastGoodShare,
            test.isBeyondChance
        else { return nil }
        let found =
            "\(test.rejects) of \(test.parts) parts rejected, \(Percent(test.share)); the last good release rejected "
            + "\(Percent(lastGoodShare))"
        guard shadowed >= settings.shadowPartsMin else { return Complaint(evidence: found, isTheProcess: false) }
        let isTheProcess = Double(ownRejects) <= settings.ratio * Double(shadowRejects)
        let today = ", and today \(shadowRejects) of \(shadowed) where this one rejects \(ownRejects)"
        return Complaint(evidence: found + today, isTheProcess: isTheProcess)
    }
}
