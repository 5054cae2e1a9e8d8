/// Reads what patterns of documents and of fields have in common: marks, conditions, and what is compared.
struct PatternReader {
    typealias TestReader<Test> = (inout PatternReader) throws(LogPatternRefusal) -> Test

    /// Deeper ones would only be written to do harm.
    private static let depthMax = 32
    var rest: Substring
    private var depth = 0

    init(_ text: Substring) { rest = text }

    var isAtEnd: Bool { rest.trimmed.isEmpty }

    func refusal(_ why: String) -> LogPatternRefusal {
        LogPatternRefusal(reason: "Invalid filter pattern near '\(rest.prefix(40))': \(why)")
    }

    mutating func take(_ word: String) -> Bool {
        rest = rest.trimmed
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    mutating func take(while isTaken: (Character) -> Bool) -> Substring {
        let taken = rest.prefix(while: isTaken)
        rest = rest.dropFirst(taken.count)
        return taken
    }

    // MARK: conditions

    mutating func condition<Test>(_ test: TestReader<Test>) throws(LogPatternRefusal) -> Condition<Test> {
        var condition = try both(test)
        while take("||") { condition = .either(condition, try both(test)) }
        return condition
    }

    private mutating func both<Test>(_ test: TestReader<Test>) throws(LogPatternRefusal) -> Condition<Test> {
        var condition = try one(test)
        while take("&&") { condition = .both(condition, try one(test)) }
        return condition
    }

    private mutating func one<Test>(_ test: TestReader<Test>) throws(LogPatternRefusal) -> Condition<Test> {
        guard take("(") else { return .test(try test(&self)) }
        depth += 1
        guard depth <= Self.depthMax else { throw refusal("more than \(Self.depthMax) brackets") }
        let condition = try condition(test)
        guard take(")") else { throw refusal("a bracket is not closed") }
        depth -= 1
        return condition
    }

    // MARK: what is compared

    mutating func comparison() throws(LogPatternRefusal) -> PatternComparison {
        for comparison in PatternComparison.allCases where take(comparison.rawValue) { return comparison }
        throw refusal("a comparison is missing")
    }

    /// `marks`: what ends a word that is not quoted.
    mutating func operand(
        _ comparison: PatternComparison, until marks: String
    ) throws(LogPatternRefusal) -> PatternOperand {
        let isQuoted = take("\"")
        if !isQuoted { try check(rest.trimmed.first) }
        let word = take { isQuoted ? $0 != "\"" : !$0.isWhitespace && !marks.contains($0) }
        if isQuoted {
            guard take("\"") else { throw refusal("a quotation mark is missing") }
        } else if let number = PatternOperand.number(word) {
            return .number(number)
        }
        guard comparison == .equal || comparison == .notEqual, isQuoted || !word.isEmpty else {
            throw refusal("a number is missing")
        }
        return .text(WildcardText(word))
    }

    /// Words that begin otherwise would be looked for in vain.
    private func check(_ first: Character?) throws(LogPatternRefusal) {
        if first == "%" { throw refusal(LogPatternRefusal.regularExpressions) }
        if let first, "=<>!".contains(first) { throw refusal("comparisons are = != < <= > >=") }
    }
}
