/// All policies that have a say about a request, and what they say together, in AWS's order:
///
/// 1. A Deny in any of them that is about the request decides it.
/// 2. A caller without an account (a service, a federated or anonymous caller) is allowed what the resource's policies grant.
///    A device has no account either, but its own policies count as well.
/// 3. In the resource's own account a grant that names the caller itself decides; one that names its role decides within
///    the boundary and the session's policies; one that names the account only hands on the right to grant.
///    A role's trust policy has to grant in any case.
/// 4. Otherwise the caller's own policies have to allow it, and the boundary and the session's policies too, if there are any.
///    An account's root needs no policies of its own.
/// 5. In another account both have to: the resource's policies, as in 3, and the caller's own, as in 4.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
package struct AccessRules: Hashable, Sendable {
    /// Of the caller: its own, its groups', its role's; a device's certificate's.
    package let identity: [AttachedPolicy]
    /// Of the resource; a role's trust policy is that of the role.
    package let resource: [AttachedPolicy]
    package let boundary: AttachedPolicy?
    /// Handed over when the role was assumed. Together they allow what any of them allows.
    package let session: [AttachedPolicy]
    /// The account that the resource belongs to. A bucket's ARN does not tell, and a guess could open it to another account.
    package let owner: String

    package init(
        identity: [AttachedPolicy] = [], resource: [AttachedPolicy] = [], boundary: AttachedPolicy? = nil,
        session: [AttachedPolicy] = [], owner: String
    ) {
        self.identity = identity
        self.resource = resource
        self.boundary = boundary
        self.session = session
        self.owner = owner
    }

    /// Decides a request. Needs no clock: the moment is a key of the request like others.
    package func decide(_ request: AccessRequest) -> AccessDecision {
        let facts = RequestFacts(request, isBounded: boundary != nil)
        for policy in identity + resource + [boundary].compactMap(\.self) + session {
            if let statement = policy.denial(facts) { return .deniedExplicitly(by: statement) }
        }
        return isAllowed(facts) ? .allowed : .notAllowed
    }

    private func isAllowed(_ facts: RequestFacts) -> Bool {
        let grant = resource.map { $0.grant(facts) }.max() ?? .none
        let caller = facts.caller
        if !caller.hasAccount { return grant > .none || caller.kind == .device && callerMay(facts) }
        guard caller.account == owner else { return grant > .none && callerMay(facts) }
        switch grant {
        case .caller: return true
        case .role where isWithinLimits(facts): return true
        // > IAM role trust policies and AWS KMS key policies are exceptions to this logic, because they must explicitly
        // > allow access for principals.
        case .none where resource.contains { $0.document.kind == .trust }: return false
        default: return callerMay(facts)
        }
    }

    /// Whether the caller's own side allows it.
    private func callerMay(_ facts: RequestFacts) -> Bool {
        facts.caller.isRoot || identity.contains { $0.allows(facts) } && isWithinLimits(facts)
    }

    private func isWithinLimits(_ facts: RequestFacts) -> Bool {
        (boundary?.allows(facts) ?? true) && (session.isEmpty || session.contains { $0.allows(facts) })
    }
}
