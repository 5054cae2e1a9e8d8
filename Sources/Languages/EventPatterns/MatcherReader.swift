internal import Core

/// Reads the list of what will do for a leaf.
enum MatcherReader {
    static func matchers(_ list: [Datum]) throws(MatchComplaint) -> [Matcher] {
        guard !list.isEmpty else { throw MatchComplaint("Empty arrays are not allowed") }
        var matchers: [Matcher] = []
        for value in list { matchers.append(try matcher(value)) }
        return matchers
    }

    private static func matcher(_ value: Datum) throws(MatchComplaint) -> Matcher {
        switch value {
        case .null: return .null
        case .bool(let bool): return .bool(bool)
        case .text(let text): return .text(TextMatcher(.whole, text))
        case .whole, .number:
            guard let number = ExactNumber(value) else { break }
            return .number(number)
        case .map(let map):
            let (name, operand) = try only(map, orElse: "Match expression name not found")
            guard let known = Operator(rawValue: name) else {
                throw MatchComplaint("Unrecognized match type \(name)")
            }
            return try expression(known, operand)
        case .list: break
        }
        throw MatchComplaint("Match value must be String, number, true, false, or null")
    }

    /// The one member that an expression has.
    static func only(_ map: DatumMap, orElse complaint: String) throws(MatchComplaint) -> (String, Datum) {
        guard let member = map.members.first else { throw MatchComplaint(complaint) }
        guard map.count == 1 else { throw MatchComplaint("Only one key allowed in match expression") }
        return (member.key, member.value)
    }

    private static func expression(_ name: Operator, _ operand: Datum) throws(MatchComplaint) -> Matcher {
        switch name {
        case .prefix: return .text(try part(.start, name, operand))
        case .suffix: return .text(try part(.end, name, operand))
        case .equalsIgnoreCase: return .text(TextMatcher(.whole, try text(name, operand), ignoringCase: true))
        case .wildcard: return .wildcard(try Wildcard(parsing: try text(name, operand)))
        case .cidr: return .addresses(try AddressBlock(parsing: try text(name, operand)))
        case .anythingBut: return .anythingBut(try ExclusionReader.matchers(operand))
        case .numeric:
            guard let terms = operand.list else { throw MatchComplaint("Value of numeric must be an array") }
            return .numeric(try NumericRange(terms))
        case .exists:
            guard let bool = operand.bool else {
                throw MatchComplaint("exists match pattern must be either true or false")
            }
            return bool ? .exists : .absent
        }
    }

    static func text(_ name: Operator, _ operand: Datum) throws(MatchComplaint) -> String {
        guard let text = operand.text else {
            throw MatchComplaint("\(name.rawValue) match pattern must be a string")
        }
        return text
    }

    /// A beginning or an end, whose case may not matter.
    private static func part(
        _ part: TextMatcher.Part, _ name: Operator, _ operand: Datum
    ) throws(MatchComplaint) -> TextMatcher {
        guard let map = operand.map else { return TextMatcher(part, try text(name, operand)) }
        let (inner, letters) = try only(map, orElse: "\(name.rawValue) expression name not found")
        guard inner == Operator.equalsIgnoreCase.rawValue else {
            throw MatchComplaint("Unsupported \(name.rawValue) pattern: \(inner)")
        }
        return TextMatcher(part, try text(.equalsIgnoreCase, letters), ignoringCase: true)
    }
}
