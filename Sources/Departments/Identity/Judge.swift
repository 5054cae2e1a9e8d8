package import AWSDoor
package import AWSProtocol
package import AWSSignature
internal import Core
internal import Crypto
internal import Policies
internal import Records

/// Policies that were read, by what they are attached to.
struct Judge: Sendable {
    private let caches: [PolicyDocument.Kind: PolicyCache] = [
        .identity: PolicyCache(.identity), .resource: PolicyCache(.resource), .trust: PolicyCache(.trust),
    ]

    func document(_ text: String, as kind: PolicyDocument.Kind) -> PolicyDocument? { caches[kind]?.document(text) }
}

extension IdentityDesk: Gatekeeper {
    package func credentials(_ keyID: String) -> AWSCredentials? {
        if keyID == house.credentials.keyID { return house.credentials }
        let records = shelf.records
        if let key = records[Kind.key, keyID] {
            guard key["Status"]?.text == "Active", let secret = AccessKeys.secret(of: key, seal) else { return nil }
            return AWSCredentials(keyID: keyID, secret: secret)
        }
        guard let session = records[Kind.session, keyID], session["Expires"]?.whole ?? 0 > Int(WallClock.milliseconds),
            let secret = opened(session, "Secret", keyID), let token = opened(session, "Token", keyID)
        else { return nil }
        return AWSCredentials(keyID: keyID, secret: secret, sessionToken: token)
    }

    private func opened(_ session: Datum, _ name: String, _ keyID: String) -> String? {
        guard let sealed = session[name]?.text.flatMap({ Base64.bytes($0) }),
            let bytes = seal.open(sealed, context: keyID)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    package func caller(_ keyID: String) -> AWSProtocol.Caller? {
        if keyID == house.credentials.keyID { return house.caller }
        let records = shelf.records
        if let name = records[Kind.key, keyID]?["UserName"]?.text, let user = records[Kind.user, name] {
            return AWSProtocol.Caller(
                account: account, arn: user["Arn"]?.text ?? "", userID: user["UserId"]?.text ?? "", keyID: keyID)
        }
        guard let session = records[Kind.session, keyID], let arn = session["Arn"]?.text else { return nil }
        return AWSProtocol.Caller(account: account, arn: arn, userID: session["UserId"]?.text ?? "", keyID: keyID)
    }

    package func objection(
        to action: String, on resource: String, policy: String?, by caller: AWSProtocol.Caller,
        _ surroundings: Surroundings
    ) -> String? {
        if caller == house.caller { return house.objection(to: action) }
        // Everything here is this account's.
        let context = surroundings.conditions.merging(["aws:ResourceAccount": [account]]) { $1 }
        let request = AccessRequest(
            principal: principal(caller), action: action, resource: resource, context: context)
        let own = policy.flatMap { judge.document($0, as: .resource) }
        switch rules(of: caller, resource: own.map { [AttachedPolicy(name: "policy", document: $0)] } ?? []).decide(
            request)
        {
        case .allowed: return nil
        case .deniedExplicitly(let statement): return "with an explicit deny in a policy (\(statement))"
        case .notAllowed: return "because no policy allows the \(action) action"
        }
    }

    func mayAssume(_ role: Datum, arn: String, _ call: Call) -> Bool {
        guard let trust = role["AssumeRolePolicyDocument"]?.text.flatMap({ judge.document($0, as: .trust) }) else {
            return false
        }
        var context: [String: [String]] = [:]
        if let id = call.text("ExternalId") { context["sts:ExternalId"] = [id] }
        context["sts:RoleSessionName"] = [call["RoleSessionName"]]
        context.merge(call.conditions) { $1 }
        let request = AccessRequest(
            principal: principal(call.caller), action: "sts:AssumeRole", resource: arn, context: context)
        let rules = rules(of: call.caller, resource: [AttachedPolicy(name: "trust", document: trust)])
        return rules.decide(request) == .allowed
    }

    // MARK: who, and what speaks for him

    private func principal(_ caller: AWSProtocol.Caller) -> Principal {
        let records = shelf.records
        guard let name = records[Kind.session, caller.keyID]?["RoleName"]?.text else {
            return Principal(arn: caller.arn, account: account, kind: .user, userID: caller.userID)
        }
        let arn = records[Kind.role, name]?["Arn"]?.text ?? "arn:aws:iam::\(account):role/\(name)"
        return Principal(arn: caller.arn, account: account, kind: .assumedRole(roleArn: arn), userID: caller.userID)
    }

    /// The user whose key it is; nil where a role was assumed. Never told by an ARN: a session is named by whoever asks for it.
    func userName(of caller: AWSProtocol.Caller) -> String? { holder(of: caller, shelf.records)?["UserName"]?.text }

    /// Whose policies count: those of the user, or of the role as it is now. Who is gone has none, and whoever has been given
    /// his name since is somebody else.
    private func holder(of caller: AWSProtocol.Caller, _ records: Records) -> Datum? {
        if let name = records[Kind.key, caller.keyID]?["UserName"]?.text { return records[Kind.user, name] }
        guard let session = records[Kind.session, caller.keyID] else { return nil }
        let id = session["UserId"]?.text?.prefix { $0 != ":" }
        if let name = session["UserName"]?.text {
            return records[Kind.user, name].flatMap { $0["UserId"]?.text.map { $0[...] } == id ? $0 : nil }
        }
        return session["RoleName"]?.text.flatMap { records[Kind.role, $0] }.flatMap {
            $0["RoleId"]?.text.map { $0[...] } == id ? $0 : nil
        }
    }

    private func rules(of caller: AWSProtocol.Caller, resource: [AttachedPolicy] = []) -> AccessRules {
        let records = shelf.records
        let session = records[Kind.session, caller.keyID]
        let holder = holder(of: caller, records)
        return AccessRules(
            identity: holder.map { policies(of: $0, records) } ?? [], resource: resource,
            session: session.flatMap { limits(of: $0, records) } ?? [], owner: account)
    }

    /// Within what a session was lent; nil for one without limits. A limit that is gone allows nothing.
    private func limits(of session: Datum, _ records: Records) -> [AttachedPolicy]? {
        let arns = session["PolicyArns"]?.list?.compactMap(\.text) ?? []
        guard session["Policy"]?.text != nil || !arns.isEmpty else { return nil }
        let own = session["Policy"]?.text.flatMap { judge.document($0, as: .identity) }
        let policies = own.map { [AttachedPolicy(name: "session", document: $0)] } ?? []
        let all = policies + arns.compactMap { managed($0, records) }
        return all.isEmpty ? [AttachedPolicy(name: "session", document: .nothing(.identity))] : all
    }

    private func managed(_ arn: String, _ records: Records) -> AttachedPolicy? {
        guard let policy = ManagedPolicies.all[arn] ?? records[Kind.policy, arn] else { return nil }
        let current = policy["Versions"]?.list?.first { $0["VersionId"] == policy["DefaultVersionId"] }
        return judge.document(current?["Document"]?.text ?? "", as: .identity).map {
            AttachedPolicy(name: policy["PolicyName"]?.text ?? arn, document: $0)
        }
    }

    private func policies(of holder: Datum, _ records: Records) -> [AttachedPolicy] {
        let inline = (holder["Inline"]?.map?.members ?? []).compactMap { name, text in
            judge.document(text.text ?? "", as: .identity).map { AttachedPolicy(name: name, document: $0) }
        }
        return inline + (holder["Attached"]?.list?.compactMap(\.text) ?? []).compactMap { managed($0, records) }
    }
}
