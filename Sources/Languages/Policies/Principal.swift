/// Who makes a request.
package struct Principal: Hashable, Sendable {
    /// What sort of caller it is.
    package enum Kind: Hashable, Sendable {
        case root
        case user
        case assumedRole(roleArn: String)
        case service(name: String)
        /// Somebody known to a provider of identities, asking STS for a role.
        case federated(provider: String)
        case device
        case anonymous
    }

    package let arn: String
    /// Twelve digits; empty for those who belong to none.
    package let account: String
    package let kind: Kind
    /// By which old bucket policies name an account.
    package let canonicalId: String?
    /// By which nobody else is ever named; with the session's name behind it where there is one.
    package let userID: String?

    package init(arn: String, account: String, kind: Kind, canonicalId: String? = nil, userID: String? = nil) {
        self.userID = userID
        self.arn = arn
        self.account = account
        self.kind = kind
        self.canonicalId = canonicalId
    }

    /// An AWS service, such as `credentials.iot.amazonaws.com`.
    package static func service(_ name: String) -> Principal {
        Principal(arn: "", account: "", kind: .service(name: name))
    }

    /// Somebody who did not say who they are.
    package static let anonymous = Principal(arn: "", account: "", kind: .anonymous)

    var isRoot: Bool { kind == .root }

    var roleArn: String? { if case .assumedRole(let roleArn) = kind { roleArn } else { nil } }

    /// Whether it acts for an account, whose policies then have a say.
    var hasAccount: Bool {
        switch kind {
        case .root, .user, .assumedRole: true
        case .service, .federated, .device, .anonymous: false
        }
    }

    /// What its kind says about it, under the keys that AWS documents.
    var facts: [String: String] {
        var facts = ["aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"]
        facts["aws:userid"] = userID
        switch kind {
        case .root: facts["aws:PrincipalType"] = "Account"
        case .user:
            facts["aws:PrincipalType"] = "User"
            facts["aws:username"] = arn.split(separator: "/").last.map(String.init)
        case .assumedRole: facts["aws:PrincipalType"] = "AssumedRole"
        case .service(let name):
            facts["aws:PrincipalIsAWSService"] = "true"
            facts["aws:PrincipalServiceName"] = name
        case .anonymous: facts["aws:PrincipalType"] = "Anonymous"
        case .federated, .device: break
        }
        if hasAccount {
            facts["aws:PrincipalArn"] = roleArn ?? arn
            facts["aws:PrincipalAccount"] = account
        }
        return facts
    }
}
