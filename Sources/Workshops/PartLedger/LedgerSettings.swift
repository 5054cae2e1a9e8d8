internal import Core
package import Database

/// What a ledger costs, and how long it may take.
package struct LedgerSettings: Hashable, Sendable {
    /// Entries that wait for the disk; past this the oldest are dropped, counted and told of.
    package var entriesWaitingMax = 65_536
    /// Entries of one commit.
    package var entriesCommittedMax = 256
    /// How long an entry waits for others to share its commit with.
    package var commitDelay: UInt64 = 50 * Span64.millisecond
    /// Between two attempts on a disk that refuses.
    package var retryDelay: UInt64 = 250 * Span64.millisecond
    package var durability = Database.Durability.full
    package init() {}
}
