internal import Crypto

/// What holds the entries together: each hash covers the one before it, so that nothing can be changed or taken out of
/// the middle without changing everything after it.
///
/// `hash = SHA-256(previous hash || kind as one byte || body)`, and before the first there are 32 zero bytes.
struct LedgerChain: ~Copyable {
    private(set) var head: SHA256Digest
    private var sha = SHA256()

    init(head: SHA256Digest = .zero) { self.head = head }

    mutating func link(_ kind: UInt8, _ body: UnsafeRawBufferPointer) -> SHA256Digest {
        sha.update(head)
        sha.update(kind)
        unsafe sha.update(body)
        head = sha.finish()
        return head
    }

    /// Goes back to what the file holds, after a commit that failed.
    mutating func resume(at head: SHA256Digest) { self.head = head }
}
