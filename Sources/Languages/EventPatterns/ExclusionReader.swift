internal import Core

/// Reads what `anything-but` leaves out: a value, a list of one kind, or an expression over one or many texts.
enum ExclusionReader {
    static func matchers(_ operand: Datum) throws(MatchComplaint) -> [Matcher] {
        switch operand {
        case .map(let map):
            let (name, texts) = try MatcherReader.only(map, orElse: "Anything-But expression name not found")
            return try expressions(name, texts)
        case .list(let list): return try values(list)
        case .text, .whole, .number: return try values([operand])
        case .null, .bool: throw needsValues
        }
    }

    private static let needsValues = MatchComplaint(
        "Value of anything-but must be an array or single string/number value")

    /// Texts only, or numbers only.
    private static func values(_ list: [Datum]) throws(MatchComplaint) -> [Matcher] {
        let texts = list.compactMap(\.text)
        let numbers = list.compactMap(ExactNumber.init)
        guard texts.count + numbers.count == list.count else {
            throw MatchComplaint("Inside anything but list, start|null|boolean is not supported")
        }
        guard texts.isEmpty != numbers.isEmpty else {
            throw MatchComplaint(
                "Inside anything but list, either all values are number or string, mixed type is not supported")
        }
        guard numbers.allSatisfy(\.isComparable) else { throw .outOfRange }
        return texts.map { .text(TextMatcher(.whole, $0)) } + numbers.map(Matcher.number)
    }

    private static func expressions(_ name: String, _ operand: Datum) throws(MatchComplaint) -> [Matcher] {
        guard let known = Operator(rawValue: name) else {
            throw MatchComplaint("Unsupported anything-but pattern: \(name)")
        }
        if operand.map != nil || operand.bool != nil || operand.isNull { throw needsValues }
        let list = operand.list ?? [operand]
        guard !list.isEmpty else { throw MatchComplaint("Empty arrays are not allowed") }
        var matchers: [Matcher] = []
        for value in list { matchers.append(try expression(known, value)) }
        return matchers
    }

    private static func expression(_ name: Operator, _ value: Datum) throws(MatchComplaint) -> Matcher {
        switch name {
        case .prefix: return .text(TextMatcher(.start, try part(value)))
        case .suffix: return .text(TextMatcher(.end, try part(value)))
        case .wildcard: return .wildcard(try Wildcard(parsing: try MatcherReader.text(name, value)))
        case .equalsIgnoreCase:
            guard let text = value.text else {
                throw MatchComplaint(
                    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported")
            }
            return .text(TextMatcher(.whole, text, ignoringCase: true))
        case .numeric, .cidr, .exists, .anythingBut:
            throw MatchComplaint("Unsupported anything-but pattern: \(name.rawValue)")
        }
    }

    /// Every text begins and ends with nothing, so nothing would be left.
    private static func part(_ value: Datum) throws(MatchComplaint) -> String {
        guard let text = value.text else { throw MatchComplaint("prefix/suffix match pattern must be a string") }
        guard !text.isEmpty else { throw MatchComplaint("Null prefix/suffix not allowed") }
        return text
    }
}
