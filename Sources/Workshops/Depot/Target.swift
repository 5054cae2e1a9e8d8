package import Crypto

/// What is to run in a place; nothing when the place is to be given up.
package struct Target: Hashable, Sendable {
    package let place: Place
    package let digest: SHA256Digest?

    package init(_ place: Place, _ digest: SHA256Digest?) {
        self.place = place
        self.digest = digest
    }
}
