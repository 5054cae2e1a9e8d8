/// What is asked of a message's fields, each at its place: `[ip, ..., status = 4*, bytes]`.
package struct FieldPattern: Hashable, Sendable {
    /// Nil asks for nothing but a field.
    typealias Field = Condition<FieldTest>?

    /// `[]`, which AWS has for every message.
    static let everything = FieldPattern(before: [], after: [])

    /// Those before an ellipsis, or all of them.
    let before: [Field]
    /// Those after an ellipsis, which stands for as many as there are; nil without one.
    let after: [Field]?

    func matches(_ message: String) -> Bool {
        var fields = MessageFields(message)
        guard let after else { return matches(&fields) }
        let all = fields.all
        guard all.count >= before.count + after.count else { return false }
        return zip(before, all).allSatisfy(Self.holds) && zip(after, all.suffix(after.count)).allSatisfy(Self.holds)
    }

    /// Without an ellipsis the last field is whatever is left: `[w1 = ERROR, w2]` is for lines of any length.
    private func matches(_ fields: inout MessageFields) -> Bool {
        for field in before.dropLast() {
            guard let text = fields.next(), Self.holds(field, text) else { return false }
        }
        guard let last = before.last, let text = fields.remainder else { return false }
        return Self.holds(last, text)
    }

    private static func holds(_ field: Field, _ text: Substring) -> Bool {
        field?.holds { $0.passes(text) } ?? true
    }
}

/// What one field is compared with.
package struct FieldTest: Hashable, Sendable {
    let comparison: PatternComparison
    let operand: PatternOperand

    func passes(_ field: Substring) -> Bool {
        switch operand {
        case .text(let wanted): return wanted.matches(field) == (comparison == .equal)
        case .number(let wanted):
            guard let number = PatternOperand.number(field) else { return comparison == .notEqual }
            return comparison.holds(number, wanted)
        }
    }
}
