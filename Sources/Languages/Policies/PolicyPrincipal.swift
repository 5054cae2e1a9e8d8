/// Somebody whom a policy names.
enum PolicyPrincipal: Hashable, Sendable {
    case everyone
    /// All of an account, named by its number or by its root.
    case account(String)
    /// A user, a role or a session of a role.
    case arn(String)
    case service(String)
    case federated(String)
    case canonicalUser(String)

    func standing(of caller: Principal) -> Standing {
        switch self {
        // AWS says nothing of sessions here: like a grant to their role it stays within their role's boundary.
        case .everyone: caller.roleArn == nil ? .caller : .role
        case .account(let account): Self.standing(of: caller, in: account)
        case .arn(let arn): arn.isSame(as: caller.arn) ? .caller : arn.isSame(as: caller.roleArn) ? .role : .none
        case .service(let name): caller.kind == .service(name: name) ? .caller : .none
        case .federated(let provider): caller.kind == .federated(provider: provider) ? .caller : .none
        case .canonicalUser(let id): id.isSame(as: caller.canonicalId) ? .caller : .none
        }
    }

    private static func standing(of caller: Principal, in account: String) -> Standing {
        guard caller.hasAccount, caller.account == account else { return .none }
        return caller.isRoot ? .caller : .account
    }

    func covers(_ account: String) -> Bool { self == .everyone || self == .account(account) }
}

extension String {
    /// Letter by letter: Swift's own comparison takes different spellings of an accent for the same, and AWS does not.
    func isSame(as other: String?) -> Bool { other.map { utf8.elementsEqual($0.utf8) } ?? false }
}
