internal import Core
internal import ReleaseWatch

/// How the station's release does, for the screen and for whoever supervises the station.
struct ReleaseFacts: Sendable {
    /// What happened when a release was taken back.
    struct Rollback: Sendable {
        let from: String
        let fromVersion: String
        let to: String
        let toVersion: String
        let trigger: RollbackTrigger
        let evidence: String
        /// Ledger numbers of parts whose PASS is not to be trusted.
        let quarantine: ClosedRange<UInt64>?
        /// Parts that the release had judged.
        let parts: UInt64
        /// Nanoseconds from the finding to the moment at which the release before was at work.
        let took: UInt64
        let wall: Int64
    }

    /// The release at work has been seen to do well.
    var isProved = false
    /// Parts that it was asked about since it sat down.
    var parts: UInt64 = 0
    private(set) var since: Int64 = 0
    private(set) var rollback: Rollback?
    /// Why the release that was wanted last does not work here.
    var refusal: String?
    /// What waits for a person.
    var hold: String?
    /// A rollback stands on the screen until somebody has seen it.
    private(set) var isNews = false

    mutating func began(_ file: ReleaseFile) {
        isProved = false
        parts = 0
        since = Int64(WallClock.milliseconds)
        hold = nil
    }

    mutating func rolledBack(
        from bad: ReleaseFile, to good: ReleaseFile, _ report: TriggerReport, parts: UInt64, took: UInt64
    ) {
        isProved = true
        isNews = true
        rollback = Rollback(
            from: "\(bad.digest)", fromVersion: "\(bad.name) \(bad.version)", to: "\(good.digest)",
            toVersion: "\(good.name) \(good.version)", trigger: report.trigger, evidence: report.evidence,
            quarantine: report.quarantine, parts: parts, took: took, wall: Int64(WallClock.milliseconds))
    }

    /// A person has looked.
    mutating func cleared() {
        hold = nil
        isNews = false
        refusal = nil
    }

    /// What is worth an alarm.
    var alarms: [(code: String, text: String?)] {
        let news = rollback.flatMap { isNews ? $0 : nil }
        return [
            (
                "ROLLED_BACK",
                news.map {
                    "\($0.fromVersion) was taken back for \($0.toVersion): \($0.trigger.rawValue), \($0.evidence)"
                }
            ),
            ("RELEASE_HELD", hold), ("RELEASE_REFUSED", refusal),
        ]
    }
}
