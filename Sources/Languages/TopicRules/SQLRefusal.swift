/// Why a statement is none, and where: the character, counted from 1, when the place is known.
package struct SQLRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    package let character: Int?

    init(_ reason: String, at character: Int? = nil) {
        self.reason = reason
        self.character = character
    }

    package var description: String { character.map { "\(reason), at character \($0)" } ?? reason }
}

/// Why a message does not get through a rule, though its statement is a good one.
package struct RuleFailure: Error, Hashable, Sendable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}
