/// What a match expression may be called.
enum Operator: String {
    case prefix, suffix, wildcard, numeric, cidr, exists
    case equalsIgnoreCase = "equals-ignore-case"
    case anythingBut = "anything-but"
}
