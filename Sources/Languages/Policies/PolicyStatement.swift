/// One statement of a policy: it allows or denies what it is about, to whom and when it says.
package struct PolicyStatement: Hashable, Sendable {
    /// What a statement does with the requests it is about.
    package enum Effect: String, Hashable, Sendable {
        case allow = "Allow"
        case deny = "Deny"
    }

    package let sid: String?
    /// Its place in the policy, from one.
    package let number: Int
    package let effect: Effect
    let principals: Selection<PolicyPrincipal>?
    let actions: Selection<WildcardPattern>
    let resources: Selection<PolicyTemplate>?
    let conditions: [PolicyCondition]

    /// What people find it by: its Sid, or else its number.
    package var label: String { sid ?? "\(number)" }

    /// Whether it is about this request, whoever makes it.
    func isAbout(_ facts: RequestFacts) -> Bool {
        guard actions.takes(for: effect, { Match($0.matches(facts.action)) }) else { return false }
        if let resources {
            let isTaken = resources.takes(for: effect) { template in
                template.pattern(facts.context).map { Match($0.matches(facts.resource)) } ?? .unknown
            }
            guard isTaken else { return false }
        }
        return conditions.allSatisfy { $0.holds(facts.context, for: effect) }
    }

    /// Whether it denies the request to its caller.
    func denies(_ facts: RequestFacts) -> Bool {
        guard effect == .deny, isAbout(facts) else { return false }
        guard let principals else { return true }
        guard principals.isNegated else { return standing(of: facts.caller) > .none }
        return facts.isBounded || !isExempt(facts.caller, principals.elements)
    }

    /// How it names a caller; not at all where it names nobody.
    func standing(of caller: Principal) -> Standing {
        guard let principals, !principals.isNegated else { return .none }
        return principals.elements.map { $0.standing(of: caller) }.max() ?? .none
    }

    /// > you must also specify the account ARN of the not-denied principal. Otherwise, the policy might deny access
    /// > to the entire account containing the principal.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
    private func isExempt(_ caller: Principal, _ principals: [PolicyPrincipal]) -> Bool {
        let standings = Set(principals.map { $0.standing(of: caller) })
        let isNamed = standings.contains(.caller) || standings.contains(.role)
        return isNamed && (!caller.hasAccount || principals.contains { $0.covers(caller.account) })
    }
}
