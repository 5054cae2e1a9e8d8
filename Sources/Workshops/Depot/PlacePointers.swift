package import Crypto

/// What a place runs, and what it could run instead.
package struct PlacePointers: Hashable, Sendable {
    /// So many refused releases are remembered, the oldest forgotten first.
    private static let heldMax = 16

    /// What is started here. Always verified; proved healthy only when it is `good` too.
    package var active: SHA256Digest?
    /// The last that was proved healthy and committed: where a rollback goes.
    package var good: SHA256Digest?
    /// What was good before it: where a person's "undo" goes.
    package var before: SHA256Digest?
    /// What a running deployment brings.
    package var candidate: SHA256Digest?
    /// Rolled back once; not taken again until a person says so.
    package private(set) var held: [SHA256Digest] = []

    package init() {}

    /// Nothing of these is ever collected.
    package var kept: [SHA256Digest] { [active, good, before, candidate].compactMap(\.self) }

    var isEmpty: Bool { kept.isEmpty && held.isEmpty }

    mutating func hold(_ digest: SHA256Digest) {
        held.removeAll { $0 == digest }
        held.append(digest)
        if held.count > Self.heldMax { held.removeFirst() }
    }

    mutating func release(_ digest: SHA256Digest) { held.removeAll { $0 == digest } }

    mutating func commit(holdingReplaced: Bool) {
        if let good, good != active, holdingReplaced { hold(good) }
        if good != active { before = good }
        good = active
        if let good { release(good) }
    }
}
