/// Reads `{ $.level = "error" && ($.n > 3 || $.x IS TRUE) }`.
struct DocumentPatternReader {
    /// Deeper ones would only be written to do harm.
    private static let depthMax = 32
    private var rest: Substring
    private var depth = 0

    init(_ text: Substring) { rest = text }

    mutating func read() throws(LogPatternRefusal) -> DocumentTest {
        guard take("{") else { throw refusal("a JSON pattern begins with {") }
        let test = try either()
        guard take("}"), rest.trimmed.isEmpty else { throw refusal("a JSON pattern ends with }") }
        return test
    }

    private func refusal(_ why: String) -> LogPatternRefusal {
        LogPatternRefusal(reason: "Invalid filter pattern near '\(rest.prefix(40))': \(why)")
    }

    private mutating func take(_ word: String) -> Bool {
        rest = rest.trimmed
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    private mutating func either() throws(LogPatternRefusal) -> DocumentTest {
        var test = try both()
        while take("||") { test = .either(test, try both()) }
        return test
    }

    private mutating func both() throws(LogPatternRefusal) -> DocumentTest {
        var test = try one()
        while take("&&") { test = .both(test, try one()) }
        return test
    }

    private mutating func one() throws(LogPatternRefusal) -> DocumentTest {
        guard take("(") else { return try condition() }
        depth += 1
        guard depth <= Self.depthMax else { throw refusal("more than \(Self.depthMax) brackets") }
        let test = try either()
        guard take(")") else { throw refusal("a bracket is not closed") }
        depth -= 1
        return test
    }

    private mutating func condition() throws(LogPatternRefusal) -> DocumentTest {
        let path = try path()
        if take("IS TRUE") { return .isTrue(path, true) }
        if take("IS FALSE") { return .isTrue(path, false) }
        if take("IS NULL") { return .isNull(path) }
        if take("NOT EXISTS") { return .exists(path, false) }
        if take("EXISTS") { return .exists(path, true) }
        for word in ["!=", "<=", ">=", "=", "<", ">"] where take(word) {
            guard let comparison = DocumentTest.Comparison(rawValue: word) else { break }
            return .value(path, comparison, try operand(comparison))
        }
        throw refusal("a comparison is missing")
    }

    private mutating func path() throws(LogPatternRefusal) -> DocumentPath {
        guard take("$") else { throw refusal("a selector begins with $") }
        var steps: [DocumentPath.Step] = []
        while let mark = rest.first, mark == "." || mark == "[" {
            rest.removeFirst()
            if mark == "." {
                let name = rest.prefix { $0.isLetter || $0.isNumber || "_-:*".contains($0) }
                guard !name.isEmpty else { throw refusal("a name is missing") }
                rest = rest.dropFirst(name.count)
                steps.append(name == "*" ? .every : .name(String(name)))
            } else {
                steps.append(try subscripted())
            }
        }
        guard !steps.isEmpty else { throw refusal("a selector names a member") }
        return DocumentPath(steps: steps)
    }

    private mutating func subscripted() throws(LogPatternRefusal) -> DocumentPath.Step {
        if rest.hasPrefix("'") || rest.hasPrefix("\""), let mark = rest.popFirst() {
            let name = rest.prefix { $0 != mark }
            rest = rest.dropFirst(name.count + 1)
            guard take("]") else { throw refusal("] is missing") }
            return .name(String(name))
        }
        let inside = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(inside.count)
        guard take("]") else { throw refusal("] is missing") }
        if inside == "*" { return .every }
        guard let place = Int(inside), place >= 0 else { throw refusal("an index is a whole number") }
        return .place(place)
    }

    private mutating func operand(_ comparison: DocumentTest.Comparison) throws(LogPatternRefusal)
        -> DocumentTest.Operand
    {
        rest = rest.trimmed
        let isQuoted = rest.hasPrefix("\"")
        let word: Substring
        if isQuoted {
            rest.removeFirst()
            word = rest.prefix { $0 != "\"" }
            rest = rest.dropFirst(word.count)
            guard take("\"") else { throw refusal("a quotation mark is missing") }
        } else {
            word = rest.prefix { !$0.isWhitespace && !"&|(){}".contains($0) }
            rest = rest.dropFirst(word.count)
        }
        if !isQuoted, let number = Double(word) { return .number(number) }
        guard comparison == .equal || comparison == .notEqual, isQuoted || !word.isEmpty else {
            throw refusal("a number is missing")
        }
        return .text(String(word))
    }
}
