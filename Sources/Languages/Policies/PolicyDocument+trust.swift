extension PolicyDocument {
    /// Whether a role with this trust policy lets a caller assume it, or do whatever else with STS.
    ///
    /// Where it trusts no more than the caller's account, that account's own policies have to allow the action as well:
    /// `AccessRules` decides both, with this policy as the resource's.
    package func trusts(
        _ caller: Principal, action: String = "sts:AssumeRole", context: [String: [String]] = [:]
    ) -> AccessDecision {
        let policy = AttachedPolicy(name: "trust", document: self)
        let facts = RequestFacts(AccessRequest(principal: caller, action: action, resource: "*", context: context))
        if let statement = policy.denial(facts) { return .deniedExplicitly(by: statement) }
        return policy.grant(facts) > .none ? .allowed : .notAllowed
    }
}
