package import Crypto

/// How the ledger is doing.
package struct LedgerState: Hashable, Sendable {
    /// The number of the last entry that is on the disk: how many there are, lost ones included.
    package var entries: UInt64 = 0
    /// Its hash, to be noted elsewhere: it vouches for everything before it.
    package var head = SHA256Digest.zero
    /// Entries that are not on the disk yet.
    package var waiting = 0
    /// Entries that were dropped since the start, because the disk refused for too long.
    package var lost: UInt64 = 0
    /// Why nothing can be written at the moment.
    package var alarm: String?
}
