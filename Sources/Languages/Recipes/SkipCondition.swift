/// When a step is not needed: `onpath docker`, `!exists /opt/model.onnx`.
package struct SkipCondition: Hashable, Sendable, CustomStringConvertible {
    package enum Question: String, CaseIterable, Hashable, Sendable {
        /// Is there a program of that name on the search path?
        case onPath = "onpath"
        /// Is there a file of that path?
        case exists
    }

    package let question: Question
    package let subject: String
    package let isNegated: Bool

    package init?(parsing text: String) {
        var rest = text.drop { $0.isWhitespace }
        isNegated = rest.first == "!"
        if isNegated { rest = rest.dropFirst().drop { $0.isWhitespace } }
        let word = rest.prefix { !$0.isWhitespace }
        guard let question = Question(rawValue: word.lowercased()) else { return nil }
        var subject = rest[word.endIndex...].drop { $0.isWhitespace }
        while subject.last?.isWhitespace == true { subject.removeLast() }
        guard !subject.isEmpty else { return nil }
        self.question = question
        self.subject = String(subject)
    }

    package var description: String { "\(isNegated ? "!" : "")\(question.rawValue) \(subject)" }
}
