/// What comparing with a policy's value comes to.
enum Match: Int, Comparable {
    case miss
    /// The policy's variable has no value, or the request's value is not of the kind that was asked for.
    case unknown
    case hit

    init(_ isHit: Bool) { self = isHit ? .hit : .miss }

    static func < (left: Match, right: Match) -> Bool { left.rawValue < right.rawValue }

    static func best<Value>(_ values: [Value], _ match: (Value) -> Match) -> Match {
        var best = Match.miss
        for value in values where best != .hit { best = max(best, match(value)) }
        return best
    }

    /// Whether the statement goes on. What is unknown never lets a statement allow anything.
    ///
    /// > any attempt to match it fails and causes the statement to be invalid
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    ///
    /// A statement that denies everything but a value denies it all when there is no such value: an invalid lock stays shut.
    func counts(isNegated: Bool, for effect: PolicyStatement.Effect) -> Bool {
        switch self {
        case .hit: !isNegated
        case .miss: isNegated
        case .unknown: isNegated && effect == .deny
        }
    }
}
