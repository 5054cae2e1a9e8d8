/// A value of a policy with variables in it, such as `arn:aws:s3:::home/${aws:username, 'anonymous'}/*`.
struct PolicyTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case tokens([WildcardPattern.Token])
        case variable(key: String, fallback: String?)
    }

    private let parts: [Part]

    /// Nil when a variable is not closed or has no name.
    init?(parsing text: String, knowsVariables: Bool) {
        var parts: [Part] = []
        var rest = text[...]
        while knowsVariables, let mark = rest.firstRange(of: "${") {
            parts.append(.tokens(WildcardPattern.tokens(rest[..<mark.lowerBound])))
            rest = rest[mark.upperBound...]
            guard let end = rest.firstIndex(of: "}"), let part = Self.variable(rest[..<end]) else { return nil }
            parts.append(part)
            rest = rest[rest.index(after: end)...]
        }
        parts.append(.tokens(WildcardPattern.tokens(rest)))
        self.parts = parts
    }

    private static func variable(_ text: Substring) -> Part? {
        if ["*", "?", "$"].contains(text) { return .tokens(WildcardPattern.letters(String(text))) }
        let halves = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let key = String(halves[0])
        guard !key.isEmpty, !key.contains(where: { " \t${".contains($0) }) else { return nil }
        guard halves.count == 2 else { return .variable(key: key, fallback: nil) }
        let quoted = halves[1].drop { $0 == " " }
        guard quoted.utf8.count >= 2, quoted.hasPrefix("'"), quoted.hasSuffix("'") else { return nil }
        return .variable(key: key, fallback: String(quoted.dropFirst().dropLast()))
    }

    /// With its wildcards; nil when a variable has no value.
    func pattern(_ context: RequestContext) -> WildcardPattern? { tokens(context).map(WildcardPattern.init) }

    /// As plain text, in which wildcards are letters like others; nil when a variable has no value.
    func text(_ context: RequestContext) -> String? {
        tokens(context).map { tokens in
            var text = String.UnicodeScalarView()
            text.append(contentsOf: tokens.map(\.scalar))
            return String(text)
        }
    }

    /// What a request brings is letters only: a user named `*` is not everyone.
    private func tokens(_ context: RequestContext) -> [WildcardPattern.Token]? {
        var all: [WildcardPattern.Token] = []
        for part in parts {
            switch part {
            case .tokens(let tokens): all += tokens
            case .variable(let key, let fallback):
                guard let value = context.variable(key, fallback: fallback) else { return nil }
                all += WildcardPattern.letters(value)
            }
        }
        return all
    }
}
