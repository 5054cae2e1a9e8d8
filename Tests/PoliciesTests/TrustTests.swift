import Core
import Policies
import Testing

/// Who may assume a role.
@Suite struct TrustTests {
    static let rows: [(Datum, [Principal], [Principal])] = [
        ("*", [root, ann, session, stranger, iot, .anonymous, device], []),
        (["AWS": "*"], [ann, session, stranger], []),
        (["AWS": .text(account)], [root, ann, bob, session], [stranger, strangeRoot, iot, .anonymous, device]),
        (["AWS": .text(root.arn)], [root, ann, session], [stranger, strangeRoot, iot, .anonymous]),
        (["AWS": .text(ann.arn)], [ann], [bob, root, session, stranger]),
        (["AWS": .text("arn:aws:iam::\(account):user/staff/Ann")], [], [ann]),
        (["AWS": .text(roleArn)], [session], [ann, root]),
        (["AWS": .text(session.arn)], [session], [ann]),
        (["AWS": .text("arn:aws:sts::\(account):assumed-role/Worker/other")], [], [session]),
        (["AWS": [.text(ann.arn), .text(otherAccount)]], [ann, stranger, strangeRoot], [bob]),
        (["Service": "sagemaker.amazonaws.com"], [sagemaker], [iot, ann, root, device]),
        (["Service": "credentials.iot.amazonaws.com"], [iot], [sagemaker, device]),
        (
            ["Service": ["a.amazonaws.com", "sagemaker.amazonaws.com"], "AWS": .text(account)], [sagemaker, ann], [iot]
        ),
        (["Federated": "accounts.google.com"], [federated("accounts.google.com")], [federated("example.com"), ann]),
        (["CanonicalUser": "79a59d"], [canonical], [ann, stranger]),
    ]

    static func federated(_ provider: String) -> Principal {
        Principal(arn: "", account: "", kind: .federated(provider: provider))
    }

    static let canonical = Principal(arn: bob.arn, account: account, kind: .user, canonicalId: "79a59d")

    static func trust(_ principal: Datum, _ changes: [String: Datum?] = [:]) throws -> PolicyDocument {
        var all: [String: Datum?] = ["Resource": Datum?.none, "Action": "sts:AssumeRole", "Principal": principal]
        all.merge(changes) { $1 }
        return try policy(.trust, statement(all)).document
    }

    @Test(arguments: rows)
    func trusts(principal: Datum, trusted: [Principal], others: [Principal]) throws {
        let document = try Self.trust(principal)
        for caller in trusted { #expect(document.trusts(caller) == .allowed, "\(caller)") }
        for caller in others { #expect(document.trusts(caller) == .notAllowed, "\(caller)") }
        for caller in trusted { #expect(document.trusts(caller, action: "sts:TagSession") == .notAllowed) }
        let denial = try Self.trust(principal, ["Effect": "Deny", "Sid": "No"])
        for caller in trusted { #expect(denial.trusts(caller) == .deniedExplicitly(by: "trust/No")) }
    }

    @Test(arguments: [("shift-7", AccessDecision.allowed), ("other", .notAllowed)])
    func asksForConditions(id: String, decision: AccessDecision) throws {
        let document = try Self.trust("*", ["Condition": ["StringEquals": ["sts:ExternalId": "shift-7"]]])
        #expect(document.trusts(stranger, context: ["sts:ExternalId": [id]]) == decision)
        #expect(document.trusts(stranger) == .notAllowed)
    }

    static let may: Datum = ["Effect": "Allow", "Action": "sts:AssumeRole", "Resource": .text(roleArn)]

    /// Trusting an account hands on the right to grant; trusting nobody leaves the caller's own policies powerless.
    static let sides: [(Datum, Principal, Bool, AccessDecision)] = [
        (.text(account), ann, false, .notAllowed), (.text(account), ann, true, .allowed),
        (.text(ann.arn), ann, false, .allowed), (.text(bob.arn), ann, true, .notAllowed),
        (.text(stranger.arn), stranger, false, .notAllowed), (.text(stranger.arn), stranger, true, .allowed),
        (.text(otherAccount), strangeRoot, false, .allowed), (.text(bob.arn), root, true, .notAllowed),
    ]

    @Test(arguments: sides)
    func bothSidesCount(principal: Datum, caller: Principal, hasOwnPolicy: Bool, decision: AccessDecision) throws {
        let trust = AttachedPolicy(name: "trust", document: try Self.trust(["AWS": principal]))
        let own = hasOwnPolicy ? [try policy(.identity, Self.may)] : []
        let rules = AccessRules(identity: own, resource: [trust], owner: account)
        #expect(rules.decide(AccessRequest(principal: caller, action: "sts:AssumeRole", resource: roleArn)) == decision)
    }
}
