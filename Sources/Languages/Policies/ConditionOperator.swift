/// How a condition compares: `ForAnyValue:StringLikeIfExists`.
struct ConditionOperator: Hashable, Sendable {
    enum Family: Hashable, Sendable {
        case text, textIgnoringCase, like, arn, numeric(Order), date(Order), bool, binary, address, null
    }

    enum Order: Hashable, Sendable {
        case equal, less, lessOrEqual, greater, greaterOrEqual

        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .equal: left == right
            case .less: left < right
            case .lessOrEqual: left <= right
            case .greater: left > right
            case .greaterOrEqual: left >= right
            }
        }
    }

    /// Which of a key's values must pass.
    enum Quantifier: Hashable, Sendable { case plain, all, any }

    let family: Family
    let isNegated: Bool
    let quantifier: Quantifier
    /// Whether a key that is missing passes.
    let isIfExists: Bool

    /// Nil for a name that AWS does not document.
    init?(_ name: String) {
        var name = name[...]
        quantifier = Self.cut(&name, "ForAllValues:") ? .all : Self.cut(&name, "ForAnyValue:") ? .any : .plain
        isIfExists = name.hasSuffix("IfExists")
        if isIfExists { name = name.dropLast("IfExists".count) }
        guard let (family, isNegated) = Self.table[String(name)] else { return nil }
        // > You can add IfExists to the end of any condition operator name except the Null condition
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
        guard family != .null || !isIfExists && quantifier == .plain else { return nil }
        self.family = family
        self.isNegated = isNegated
    }

    private static func cut(_ name: inout Substring, _ prefix: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        name = name.dropFirst(prefix.count)
        return true
    }

    private static let table: [String: (Family, isNegated: Bool)] = [
        "StringEquals": (.text, false), "StringNotEquals": (.text, true),
        "StringEqualsIgnoreCase": (.textIgnoringCase, false), "StringNotEqualsIgnoreCase": (.textIgnoringCase, true),
        "StringLike": (.like, false), "StringNotLike": (.like, true),
        "ArnEquals": (.arn, false), "ArnNotEquals": (.arn, true), "ArnLike": (.arn, false), "ArnNotLike": (.arn, true),
        "NumericEquals": (.numeric(.equal), false), "NumericNotEquals": (.numeric(.equal), true),
        "NumericLessThan": (.numeric(.less), false), "NumericLessThanEquals": (.numeric(.lessOrEqual), false),
        "NumericGreaterThan": (.numeric(.greater), false),
        "NumericGreaterThanEquals": (.numeric(.greaterOrEqual), false),
        "DateEquals": (.date(.equal), false), "DateNotEquals": (.date(.equal), true),
        "DateLessThan": (.date(.less), false), "DateLessThanEquals": (.date(.lessOrEqual), false),
        "DateGreaterThan": (.date(.greater), false), "DateGreaterThanEquals": (.date(.greaterOrEqual), false),
        "Bool": (.bool, false), "BinaryEquals": (.binary, false), "Null": (.null, false),
        "IpAddress": (.address, false), "NotIpAddress": (.address, true),
    ]
}
