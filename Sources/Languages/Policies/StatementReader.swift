internal import Core

/// Reads the statements of one kind of policy.
struct StatementReader {
    let kind: PolicyDocument.Kind
    let knowsVariables: Bool

    private static let fields = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    func statement(_ place: PolicyPlace, number: Int) throws(PolicyRefusal) -> PolicyStatement {
        let fields = try place.members(known: Self.fields)
        let effect = try effect(fields["Effect"], place)
        let conditions = ConditionReader(knowsVariables: knowsVariables)
        return PolicyStatement(
            sid: try sid(fields["Sid"]), number: number, effect: effect,
            principals: try principals(fields, place, effect), actions: try actions(fields, place),
            resources: try resources(fields, place), conditions: try conditions.conditions(fields["Condition"]))
    }

    /// An empty Sid is none.
    private func sid(_ place: PolicyPlace?) throws(PolicyRefusal) -> String? {
        guard let place else { return nil }
        let sid = try place.text()
        guard sid.utf8.allSatisfy(PolicyLetters.isAlphanumeric) else { throw place.refusal(PolicyRefusal.sidLetters) }
        return sid.isEmpty ? nil : sid
    }

    private func effect(_ place: PolicyPlace?, _ whole: PolicyPlace) throws(PolicyRefusal) -> PolicyStatement.Effect {
        guard let place else { throw whole.refusal(PolicyRefusal.missing("Effect")) }
        let text = try place.text()
        guard let effect = PolicyStatement.Effect(rawValue: text) else {
            throw place.refusal("Invalid effect: \(text)")
        }
        return effect
    }

    /// The field or its opposite, of which only one may be there.
    private func either(
        _ name: String, _ fields: [String: PolicyPlace], _ whole: PolicyPlace
    ) throws(PolicyRefusal) -> (place: PolicyPlace, isNegated: Bool)? {
        let (plain, negated) = (fields[name], fields["Not" + name])
        guard plain == nil || negated == nil else { throw whole.refusal() }
        return plain.map { ($0, false) } ?? negated.map { ($0, true) }
    }

    private func principals(
        _ fields: [String: PolicyPlace], _ whole: PolicyPlace, _ effect: PolicyStatement.Effect
    ) throws(PolicyRefusal) -> Selection<PolicyPrincipal>? {
        let isWanted = kind == .resource || kind == .trust
        guard let (place, isNegated) = try either("Principal", fields, whole) else {
            if isWanted { throw whole.refusal(PolicyRefusal.missing("Principal")) }
            return nil
        }
        if !isWanted { throw place.refusal(PolicyRefusal.prohibited(isNegated ? "NotPrincipal" : "Principal")) }
        // > You cannot use the NotPrincipal element in an IAM identity-based policy nor in an IAM role trust policy.
        // > NotPrincipal must be used with "Effect":"Deny". Using it with "Effect":"Allow" is not supported.
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
        if isNegated && kind == .trust { throw place.refusal(PolicyRefusal.prohibited("NotPrincipal")) }
        if isNegated && effect == .allow { throw place.refusal(PolicyRefusal.allowNotPrincipal) }
        return Selection(isNegated: isNegated, elements: try PrincipalReader.principals(place))
    }

    private func actions(
        _ fields: [String: PolicyPlace], _ whole: PolicyPlace
    ) throws(PolicyRefusal) -> Selection<WildcardPattern> {
        guard let (place, isNegated) = try either("Action", fields, whole) else {
            throw whole.refusal(PolicyRefusal.missing("Action"))
        }
        guard !place.elements.isEmpty else { throw place.refusal("Policy statement must contain actions.") }
        var patterns: [WildcardPattern] = []
        for element in place.elements { patterns.append(try ActionReader.pattern(element, kind)) }
        return Selection(isNegated: isNegated, elements: patterns)
    }

    private func resources(
        _ fields: [String: PolicyPlace], _ whole: PolicyPlace
    ) throws(PolicyRefusal) -> Selection<PolicyTemplate>? {
        guard let (place, isNegated) = try either("Resource", fields, whole) else {
            if kind == .identity || kind == .device { throw whole.refusal(PolicyRefusal.missing("Resource")) }
            return nil
        }
        if kind == .trust { throw place.refusal(PolicyRefusal.prohibited(isNegated ? "NotResource" : "Resource")) }
        guard !place.elements.isEmpty else { throw place.refusal("Policy statement must contain resources.") }
        var templates: [PolicyTemplate] = []
        for element in place.elements { templates.append(try resource(element)) }
        return Selection(isNegated: isNegated, elements: templates)
    }

    private func resource(_ place: PolicyPlace) throws(PolicyRefusal) -> PolicyTemplate {
        let text = try place.text()
        // A wildcard may stand for any number of an ARN's six parts.
        let isArn = text.hasPrefix("arn:") && (text.contains("*") || text.utf8.count { $0 == UInt8(ascii: ":") } >= 5)
        guard text == "*" || isArn else {
            throw place.refusal("Resource \(text) must be in ARN format or \"*\".")
        }
        guard let template = PolicyTemplate(parsing: text, knowsVariables: knowsVariables) else {
            throw place.refusal()
        }
        return template
    }
}
