/// `{ $.level = "error" && ($.n > 3 || $.x IS TRUE) }`.
extension PatternReader {
    private static let operandEnds = "&|(){}"

    mutating func document() throws(LogPatternRefusal) -> Condition<DocumentTest> {
        guard take("{") else { throw refusal("a JSON pattern begins with {") }
        let condition = try condition { reader throws(LogPatternRefusal) in try reader.documentTest() }
        guard take("}"), isAtEnd else { throw refusal("a JSON pattern ends with }") }
        return condition
    }

    private mutating func documentTest() throws(LogPatternRefusal) -> DocumentTest {
        let path = try path()
        if take("IS TRUE") { return .isTrue(path, true) }
        if take("IS FALSE") { return .isTrue(path, false) }
        if take("IS NULL") { return .isNull(path) }
        if take("NOT EXISTS") { return .exists(path, false) }
        if take("EXISTS") { return .exists(path, true) }
        let comparison = try comparison()
        return .value(path, comparison, try operand(comparison, until: Self.operandEnds))
    }

    private mutating func path() throws(LogPatternRefusal) -> DocumentPath {
        guard take("$") else { throw refusal("a selector begins with $") }
        var steps: [DocumentPath.Step] = []
        while let mark = rest.first, mark == "." || mark == "[" {
            rest.removeFirst()
            if mark == "[" {
                steps.append(try subscripted())
            } else if !rest.hasPrefix("['"), !rest.hasPrefix("[\"") {
                let name = take { $0.isLetter || $0.isNumber || "_-:*".contains($0) }
                guard !name.isEmpty else { throw refusal("a name is missing") }
                steps.append(name == "*" ? .every : .name(String(name)))
            }
        }
        guard !steps.isEmpty else { throw refusal("a selector names a member") }
        return DocumentPath(steps: steps)
    }

    private mutating func subscripted() throws(LogPatternRefusal) -> DocumentPath.Step {
        if rest.hasPrefix("'") || rest.hasPrefix("\""), let mark = rest.popFirst() {
            let name = take { $0 != mark }
            rest = rest.dropFirst()
            guard take("]") else { throw refusal("] is missing") }
            return .name(String(name))
        }
        let inside = take { $0 != "]" }
        guard take("]") else { throw refusal("] is missing") }
        if inside == "*" { return .every }
        guard let place = Int(inside), place >= 0 else { throw refusal("an index is a whole number") }
        return .place(place)
    }
}
