/// One key of a condition block: all of them must hold, each with any of its values.
struct PolicyCondition: Hashable, Sendable {
    let key: String
    let comparison: ConditionOperator
    let operands: [ConditionOperand]

    func holds(_ context: RequestContext, for effect: PolicyStatement.Effect) -> Bool {
        // What nobody can tell of a request is no reason to let it pass a refusal.
        if effect == .deny, context[key] == nil, !ConditionKeys.areTold(key) { return true }
        if comparison.family == .null { return operands.contains(.bool(context.isNull(key))) }
        guard let values = context[key] else { return holdsWithoutValue }
        let passes = { (value: String) in
            Match.best(operands) { $0.match(value, context) }.counts(isNegated: comparison.isNegated, for: effect)
        }
        switch comparison.quantifier {
        // AWS wants a quantifier for keys of several values. Without one, any may be what is asked for, none what is not.
        case .plain: return comparison.isNegated ? values.allSatisfy(passes) : values.contains(where: passes)
        // What holds for nothing but empty values holds for all there are.
        case .all: return context.isNull(key) || values.allSatisfy(passes)
        case .any: return values.contains(where: passes)
        }
    }

    /// > If the key that you specify in a policy condition is not present in the request context, the values do not match
    /// > and the condition is false. If the policy condition requires that the key is not matched, [...] the condition is
    /// > true.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    private var holdsWithoutValue: Bool {
        if comparison.isIfExists { return true }
        switch comparison.quantifier {
        case .plain: return comparison.isNegated
        case .all: return true
        case .any: return false
        }
    }
}
