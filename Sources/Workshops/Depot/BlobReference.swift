package import Crypto

/// Some bytes that a document needs, by what they are and how many there are.
package struct BlobReference: Hashable, Sendable {
    package let digest: SHA256Digest
    package let length: Int

    package init(_ digest: SHA256Digest, length: Int) {
        self.digest = digest
        self.length = length
    }
}
