package import Core

/// What is to be done with the release under watch.
package enum WatchDecision: Hashable, Sendable {
    /// It has proved itself: commit it, and keep the figures to judge its successor by.
    case healthy(ReleaseBaseline)
    /// Back to the last good one, now.
    case rollBack(TriggerReport)
    /// Going back would not help, or there is nowhere to go: a person must look. With `failSafe` no part may pass until then.
    case hold(TriggerReport, failSafe: Bool)
}

/// What was found.
package struct TriggerReport: Hashable, Sendable {
    package let trigger: RollbackTrigger
    /// A sentence with the figures, for the log, the ledger and the person.
    package let evidence: String
    package let at: Instant
    /// Ledger numbers of the parts whose PASS is not to be trusted.
    package let quarantine: ClosedRange<UInt64>?

    package init(_ trigger: RollbackTrigger, _ evidence: String, at: Instant, quarantine: ClosedRange<UInt64>? = nil) {
        self.trigger = trigger
        self.evidence = evidence
        self.at = at
        self.quarantine = quarantine
    }
}
