package import Core

/// Where blobs come from: a link, a stick, a folder. The deployer verifies what comes, so a source need not be trusted.
package protocol BlobSource: AnyObject {
    /// Hands the bytes from `offset` on to `take`, in pieces of at most a few MiB, until the blob ends or `take` says
    /// false. It may come back early, with some of them or none, and is asked for the rest soon. `.unavailable` and
    /// `.timeout` mean that it may work later, also where the source ends before the blob; any other fault is final.
    func deliver(
        _ blob: BlobReference, from offset: Int, to take: (_ bytes: [UInt8]) throws(Fault) -> Bool
    ) throws(Fault)
}
