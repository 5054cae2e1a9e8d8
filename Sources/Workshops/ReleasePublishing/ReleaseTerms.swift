internal import Core
package import ReleaseTrust

/// How long what is signed stays good.
package struct ReleaseTerms: Hashable, Sendable {
    package var rootDays = 730
    package var targetsDays = 180
    package var snapshotDays = 30
    package var timestampDays = 14

    package init() {}

    func days(_ role: String) -> Int {
        switch TopRole(rawValue: role) {
        case .root: rootDays
        case .snapshot: snapshotDays
        case .timestamp: timestampDays
        case .targets, nil: targetsDays
        }
    }

    func expiry(_ role: String, from now: Int64) -> Expiry {
        Expiry(milliseconds: now / 1_000 * 1_000 + Int64(days(role)) * 86_400_000)
    }

    /// Whether less than a third of the time is left: then it is time for a new version.
    package func isAging(_ expiry: Expiry, _ role: String, at now: Int64) -> Bool {
        expiry.milliseconds - now < Int64(days(role)) * 86_400_000 / 3
    }
}
