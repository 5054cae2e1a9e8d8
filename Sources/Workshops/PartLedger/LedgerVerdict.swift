package import Crypto

/// What checking a whole ledger came to.
package enum LedgerVerdict: Hashable, Sendable {
    case whole(LedgerTally)
    /// The first entry that is not as it was written; what comes before it is.
    case broken(n: UInt64, LedgerFlaw, LedgerTally)
}

/// What was counted up to the end, or up to the flaw.
package struct LedgerTally: Hashable, Sendable {
    /// Rows that were checked.
    package var entries: UInt64 = 0
    /// The last number, and its hash.
    package var last: UInt64 = 0
    package var head = SHA256Digest.zero
    /// Numbers that gap events speak for.
    package var lost: UInt64 = 0
    /// The number of the entry whose hash was noted elsewhere, when it was met.
    package var anchor: UInt64?
    package init() {}
}

/// What is wrong with an entry.
package enum LedgerFlaw: Hashable, Sendable, CustomStringConvertible {
    case missing
    case hash
    case kind
    case unreadable(String)
    /// A column says something else than the hashed body.
    case column(String)
    /// The index does not lead to it.
    case unlisted
    case damaged(String)

    package var description: String {
        switch self {
        case .missing: "it is missing"
        case .hash: "its hash does not follow from the entry before it, its kind and its body: one of them was changed"
        case .kind: "its kind is unknown"
        case .unreadable(let reason): "its body cannot be read: \(reason)"
        case .column(let name): "its column \(name) says something else than its body"
        case .unlisted: "it is not found by its part's number: the index was changed"
        case .damaged(let reason): "the file cannot be read there: \(reason)"
        }
    }
}
