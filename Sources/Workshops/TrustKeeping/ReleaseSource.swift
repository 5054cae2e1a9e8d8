package import Core

/// Where a repository's files come from. Nothing that comes from here is believed.
package protocol ReleaseSource {
    /// A metadata file of at most `bytesMax` bytes; nil when there is none of that name.
    func metadata(_ name: String, bytesMax: Int) throws(Fault) -> [UInt8]?

    /// A target's bytes from `offset` on, piece by piece with the place of each. A piece at 0 replaces whatever came before.
    func target(
        _ path: String, bytesMax: Int, from offset: Int,
        take: @escaping (_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(Fault) -> Void
    ) throws(Fault)
}
