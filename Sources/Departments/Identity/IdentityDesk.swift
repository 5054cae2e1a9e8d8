package import Core
package import Crypto
internal import Records

/// Keys, users, roles and policies of one account, and everything that is decided with them.
///
/// Concurrency: everything lies in the shelf; deciding reads what was committed last.
package final class IdentityDesk: Sendable {
    package let account: String
    let shelf: RecordShelf
    let seal: SealingKey
    let judge = Judge()
    let house: HouseKey

    /// `account` is the one that the hub was made with.
    package init(_ path: String, account: String, seal: SealingKey) throws(Fault) {
        self.account = account
        self.seal = seal
        house = HouseKey(account: account)
        shelf = try RecordShelf(path)
    }

    package func close() { shelf.close() }

    /// Kinds of records.
    enum Kind {
        static let user = "user"
        static let role = "role"
        static let policy = "policy"
        static let key = "key"
        static let session = "session"
    }

    func knows(policy arn: String) -> Bool { Self.knows(policy: arn, shelf.records) }

    static func knows(policy arn: String, _ records: Records) -> Bool {
        ManagedPolicies.all[arn] != nil || records[Kind.policy, arn] != nil
    }

    /// Makes the administrator where there is none, and a key of his.
    package func begin() throws(ServiceProblem) -> (keyID: String, secret: String) {
        let keyID = "AKIA" + Secret.minted(letters: 16, capitalsOnly: true)
        let secret = Secret.minted(letters: 40)
        let user = Principals.user("administrator", path: "/", tags: [], account: account)
        let key = AccessKeys.record(keyID, secret, of: "administrator", seal)
        try shelf.change { desk in
            // The key is told to somebody: it must be one that works, whatever was made before.
            desk.records[Kind.key, keyID] = key
            guard desk.records[Kind.user, "administrator"] == nil else { return }
            var user = user
            user["Attached"] = .list([.text(ManagedPolicies.administrator)])
            desk.records[Kind.user, "administrator"] = .map(user)
        }
        return (keyID, secret)
    }
}
