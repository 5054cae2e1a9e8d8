package import Core

/// `onpath PROGRAM` or `exists PATH`, either after a `!`.
package struct SkipCondition: Hashable, Sendable {
    package enum Question: Hashable, Sendable { case onPath(String), exists(String) }

    package let question: Question
    package let isNegated: Bool

    package init(parsing text: String) throws(Fault) {
        var rest = text.drop(while: \.isWhitespace)
        isNegated = rest.first == "!"
        if isNegated { rest = rest.dropFirst().drop(while: \.isWhitespace) }
        let word = rest.prefix { !$0.isWhitespace }
        var operand = rest.dropFirst(word.count).drop(while: \.isWhitespace)
        while operand.last?.isWhitespace == true { operand.removeLast() }
        switch word.lowercased() {
        case "onpath" where !operand.isEmpty: question = .onPath(String(operand))
        case "exists" where !operand.isEmpty: question = .exists(String(operand))
        default:
            throw Fault(
                .invalid, "Skipif \"\(text)\" is not a condition",
                hint: "write onpath PROGRAM or exists PATH, with ! in front for the opposite")
        }
    }

    /// Whether the step is to be skipped, by an answer to its question.
    package func holds(_ answer: (Question) -> Bool) -> Bool { answer(question) != isNegated }
}
