internal import Core

/// Reads the conditions of a statement.
struct ConditionReader {
    let knowsVariables: Bool

    func conditions(_ place: PolicyPlace?) throws(PolicyRefusal) -> [PolicyCondition] {
        guard let place else { return [] }
        var conditions: [PolicyCondition] = []
        for (name, block) in try place.members() {
            guard let comparison = ConditionOperator(name) else {
                throw block.refusal("Invalid Condition type : \(name)")
            }
            for (key, values) in try block.members() {
                guard let colon = key.firstIndex(of: ":"), colon != key.startIndex, !key.hasSuffix(":") else {
                    throw values.refusal(PolicyRefusal.vendor)
                }
                let operands = try operands(values, comparison)
                conditions.append(PolicyCondition(key: key, comparison: comparison, operands: operands))
            }
        }
        return conditions
    }

    private func operands(
        _ place: PolicyPlace, _ comparison: ConditionOperator
    ) throws(PolicyRefusal) -> [ConditionOperand] {
        var operands: [ConditionOperand] = []
        for element in place.elements {
            guard let text = text(element.value),
                let operand = ConditionOperand(text, for: comparison.family, knowsVariables: knowsVariables)
            else { throw element.refusal() }
            operands.append(operand)
        }
        guard !operands.isEmpty else { throw place.refusal() }
        return operands
    }

    /// Numbers and booleans may stand without quotes.
    private func text(_ value: Datum) -> String? {
        switch value {
        case .text(let text): text
        case .bool(let bool): "\(bool)"
        case .whole(let whole): "\(whole)"
        case .number(let number): "\(number)"
        case .null, .list, .map: nil
        }
    }
}
