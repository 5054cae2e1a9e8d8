/// Text with wildcards: `*` stands for any letters or none, `?` for one letter.
struct WildcardPattern: Hashable, Sendable {
    enum Token: Hashable, Sendable {
        case letter(Unicode.Scalar)
        case one
        case many

        /// Itself, where wildcards do not count.
        var scalar: Unicode.Scalar {
            switch self {
            case .letter(let letter): letter
            case .one: "?"
            case .many: "*"
            }
        }
    }

    private let tokens: [Token]

    init(_ tokens: [Token]) { self.tokens = tokens }
    init(_ text: String) { tokens = Self.tokens(text[...]) }

    static func tokens(_ text: Substring) -> [Token] {
        text.unicodeScalars.map { $0 == "*" ? .many : $0 == "?" ? .one : .letter($0) }
    }

    static func letters(_ text: String) -> [Token] { text.unicodeScalars.map(Token.letter) }

    func matches(_ text: String) -> Bool { Self.matches(tokens[...], Array(text.unicodeScalars)[...]) }

    /// Only the last `*` is ever taken back, for an earlier one could not do better: at worst one length times the other.
    private static func matches(_ tokens: ArraySlice<Token>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var token = tokens.startIndex
        var place = text.startIndex
        var star: (token: Int, place: Int)?
        while place < text.endIndex {
            if token < tokens.endIndex, tokens[token] == .many {
                star = (token + 1, place)
                token += 1
            } else if token < tokens.endIndex, tokens[token] == .one || tokens[token] == .letter(text[place]) {
                token += 1
                place += 1
            } else if let last = star {
                star = (last.token, last.place + 1)
                token = last.token
                place = last.place + 1
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .many }
    }

    /// As ARNs are compared in conditions: each of the six parts for itself, so that no wildcard reaches into the next.
    func matches(arn: String) -> Bool {
        if tokens == [.many] { return true }
        let parts = tokens.split(separator: .letter(":"), maxSplits: 5, omittingEmptySubsequences: false)
        let text = Array(arn.unicodeScalars)
        let values = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, values.count == 6 else { return false }
        return zip(parts, values).allSatisfy { Self.matches($0, $1) }
    }
}
