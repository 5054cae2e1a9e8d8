package import Core

/// Where blobs come from: a link, a stick, a folder. The deployer verifies what comes, so a source need not be trusted.
package protocol BlobSource: AnyObject {
    /// Hands the bytes from `offset` on to `take`, in pieces of at most a few MiB, until the blob ends or `take` says false.
    /// `.unavailable` and `.timeout` mean that it may work later; it may also just come back early. Any other fault is final.
    func deliver(
        _ blob: BlobReference, from offset: Int, to take: (_ bytes: [UInt8]) throws(Fault) -> Bool
    ) throws(Fault)
}
