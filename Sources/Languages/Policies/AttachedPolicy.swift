/// A policy with the name that it is attached under.
package struct AttachedPolicy: Hashable, Sendable {
    package let name: String
    package let document: PolicyDocument

    package init(name: String, document: PolicyDocument) {
        self.name = name
        self.document = document
    }

    /// The statement that denies a request, named as a decision names it.
    func denial(_ facts: RequestFacts) -> String? {
        document.statements.first { $0.denies(facts) }.map { "\(name)/\($0.label)" }
    }

    /// Whether it allows a request, to whomever it is attached to.
    func allows(_ facts: RequestFacts) -> Bool {
        document.statements.contains { $0.effect == .allow && $0.principals == nil && $0.isAbout(facts) }
    }

    /// How closely it names those whom it allows a request.
    func grant(_ facts: RequestFacts) -> Standing {
        let allowing = document.statements.filter { $0.effect == .allow && $0.isAbout(facts) }
        return allowing.map { $0.standing(of: facts.caller) }.max() ?? .none
    }
}
