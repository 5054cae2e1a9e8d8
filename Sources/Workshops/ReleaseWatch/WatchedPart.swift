package import Core

/// A part as the release under watch judged it.
package struct WatchedPart: Hashable, Sendable {
    /// Its number in the ledger.
    package var number: UInt64
    package var at: Instant
    package var verdict: Verdict
    package var reason: Reason
    /// Nanoseconds of the inference path: from the frame to the decision.
    package var latency: UInt64
    /// What the last good release, kept warm, says of the same frame; nil where it was not asked.
    package var shadow: Verdict?

    package init(
        number: UInt64, at: Instant, verdict: Verdict, reason: Reason, latency: UInt64, shadow: Verdict? = nil
    ) {
        self.number = number
        self.at = at
        self.verdict = verdict
        self.reason = reason
        self.latency = latency
        self.shadow = shadow
    }

    /// How a release has to do with what became of its part.
    enum Outcome: UInt8 { case judged, rejected, failed }

    /// nil where the camera, the line or a person kept the release from judging: that speaks neither for nor against it.
    /// A queue that ran full and a frame that the preprocessing refused count as its own: both belong to the release.
    var outcome: Outcome? {
        switch reason {
        case .ok, .defect: verdict == .reject ? .rejected : .judged
        case .timeout, .modelError, .noModel, .queueFull, .inputInvalid: .failed
        case .stale, .idMismatch, .deviceFault, .bypass: nil
        }
    }
}
