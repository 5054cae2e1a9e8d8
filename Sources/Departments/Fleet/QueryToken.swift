/// A piece of a query's text.
enum QueryToken: Hashable, Sendable {
    /// A word; whether it may be AND, OR, NOT or TO, which one with a backslash is not.
    case word([QueryPattern.Piece], isPlain: Bool)
    case quoted(String)
    /// One of `( ) [ ] { } : < > <= >=`.
    case sign(String)
    /// A hyphen before a word: not that.
    case minus

    static func isWord(_ token: QueryToken?, _ text: String) -> Bool {
        guard case .word(let pieces, true) = token else { return false }
        return pieces == text.map { .letter($0) }
    }

    private static let signs = "()[]{}:<>"

    static func tokens(of text: String) throws(QueryRefusal) -> [QueryToken] {
        var tokens: [QueryToken] = []
        var rest = Substring(text)
        while let letter = rest.first {
            if letter.isWhitespace {
                rest.removeFirst()
            } else if letter == "\"" {
                rest.removeFirst()
                tokens.append(.quoted(try quoted(&rest)))
            } else if signs.contains(letter) {
                rest.removeFirst()
                var sign = String(letter)
                if letter == "<" || letter == ">", rest.first == "=" { sign.append(rest.removeFirst()) }
                tokens.append(.sign(sign))
            } else if letter == "-", isTermNext(after: tokens.last) {
                rest.removeFirst()
                tokens.append(.minus)
            } else {
                tokens.append(try word(&rest))
            }
        }
        return tokens
    }

    /// A hyphen behind a colon or a comparison, or within a range, belongs to a number.
    private static func isTermNext(after last: QueryToken?) -> Bool {
        guard let last else { return true }
        switch last {
        case .sign(let sign): return sign == "(" || sign == ")"
        case .word: return !isWord(last, "TO")
        default: return true
        }
    }

    private static func quoted(_ rest: inout Substring) throws(QueryRefusal) -> String {
        var text = ""
        while let letter = rest.popFirst() {
            if letter == "\"" { return text }
            if letter == "\\", let next = rest.popFirst() { text.append(next) } else { text.append(letter) }
        }
        throw QueryRefusal(reason: "a quotation mark is not closed")
    }

    private static func word(_ rest: inout Substring) throws(QueryRefusal) -> QueryToken {
        var pieces: [QueryPattern.Piece] = []
        var isPlain = true
        while let letter = rest.first, !letter.isWhitespace, letter != "\"", !signs.contains(letter) {
            rest.removeFirst()
            switch letter {
            case "*": pieces.append(.any)
            case "?": pieces.append(.one)
            case "\\":
                guard let next = rest.popFirst() else { throw QueryRefusal(reason: "nothing follows a backslash") }
                isPlain = false
                pieces.append(.letter(next))
            default: pieces.append(.letter(letter))
            }
        }
        return .word(pieces, isPlain: isPlain)
    }
}
