internal import Core
internal import Synchronization

/// The secret of each component, by which the node knows who asks: minted when the component first starts anything.
package final class TokenRing: Sendable {
    private let tokens = Mutex<[String: String]>([:])

    package init() {}

    /// Whose secret this is; every one is compared, and each in the same time.
    package func owner(of given: [UInt8]) -> String? {
        var owner: String?
        for (name, token) in tokens.withLock({ $0 }) where Secret.matches(given, Array(token.utf8)) { owner = name }
        return owner
    }

    func token(of name: String) -> String {
        tokens.withLock { tokens in
            let token = tokens[name] ?? Secret.minted(letters: 32)
            tokens[name] = token
            return token
        }
    }

    func forget(_ name: String) { tokens.withLock { $0[name] = nil } }
}
