/// Reads a query: terms with AND (also where nothing stands between them), OR, NOT and brackets.
struct QueryReader {
    /// As AWS has them. What is deeper would only be written to do harm.
    private static let lettersMax = 1000
    private static let termsMax = 12
    private static let depthMax = 32

    private var tokens: ArraySlice<QueryToken>
    private var terms = 0
    private var depth = 0

    init(_ text: String) throws(QueryRefusal) {
        guard text.utf8.count <= Self.lettersMax else {
            throw QueryRefusal(reason: "a query may have \(Self.lettersMax) letters")
        }
        tokens = try QueryToken.tokens(of: text)[...]
    }

    mutating func read() throws(QueryRefusal) -> FleetQuery {
        guard !tokens.isEmpty else { throw QueryRefusal(reason: "the query is empty") }
        let query = try either(nil)
        guard tokens.isEmpty else { throw QueryRefusal(reason: "a bracket is closed that was not opened") }
        return query
    }

    // MARK: words and signs

    private mutating func takeWord(_ text: String) -> Bool {
        guard QueryToken.isWord(tokens.first, text) else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func takeSign(_ signs: String...) -> String? {
        guard case .sign(let sign) = tokens.first, signs.contains(sign) else { return nil }
        tokens.removeFirst()
        return sign
    }

    // MARK: what holds terms together

    private mutating func either(_ field: QueryField?) throws(QueryRefusal) -> FleetQuery {
        var parts = [try both(field)]
        while takeWord("OR") { parts.append(try both(field)) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func both(_ field: QueryField?) throws(QueryRefusal) -> FleetQuery {
        var parts = [try one(field)]
        while let next = tokens.first, !QueryToken.isWord(next, "OR"), next != .sign(")") {
            _ = takeWord("AND")
            parts.append(try one(field))
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    /// `field`: what the terms of a bracket speak of that name none.
    private mutating func one(_ field: QueryField?) throws(QueryRefusal) -> FleetQuery {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw QueryRefusal(reason: "more than \(Self.depthMax) brackets") }
        if takeWord("NOT") || takeMinus() { return .not(try one(field)) }
        if takeSign("(") != nil { return try bracket(field) }
        guard let token = tokens.popFirst() else { throw QueryRefusal(reason: "a term is missing at the end") }
        guard case .sign(let sign)? = tokens.first, [":", "<", ">", "<=", ">="].contains(sign) else {
            return try term(field, token)
        }
        let name = try Self.field(token)
        tokens.removeFirst()
        // `n:>5` and `n>5` are the same.
        let comparison = sign == ":" ? takeSign("<", ">", "<=", ">=") ?? sign : sign
        return comparison == ":" ? try value(name) : try compared(name, comparison)
    }

    private mutating func takeMinus() -> Bool {
        guard tokens.first == .minus else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func bracket(_ field: QueryField?) throws(QueryRefusal) -> FleetQuery {
        let query = try either(field)
        guard takeSign(")") != nil else { throw QueryRefusal(reason: "a bracket is not closed") }
        return query
    }

    private static func field(_ token: QueryToken) throws(QueryRefusal) -> QueryField {
        guard case .word(let pieces, _) = token else { throw QueryRefusal(reason: "a field is named by a word") }
        var name = ""
        for piece in pieces {
            guard case .letter(let letter) = piece else {
                throw QueryRefusal(reason: "a field's name has no * and no ? in it")
            }
            name.append(letter)
        }
        return QueryField(name)
    }

    // MARK: terms

    private mutating func value(_ field: QueryField) throws(QueryRefusal) -> FleetQuery {
        if takeSign("(") != nil { return try bracket(field) }
        if let sign = takeSign("[", "{") { return try range(field, isIncluded: sign == "[") }
        guard let token = tokens.popFirst() else { throw QueryRefusal(reason: "a value is missing at the end") }
        return try term(field, token)
    }

    private mutating func count() throws(QueryRefusal) {
        terms += 1
        guard terms <= Self.termsMax else { throw QueryRefusal(reason: "a query may have \(Self.termsMax) terms") }
    }

    private mutating func term(_ field: QueryField?, _ token: QueryToken) throws(QueryRefusal) -> FleetQuery {
        try count()
        switch token {
        case .quoted(let text):
            let words = QueryText.words(text)
            guard !words.isEmpty else { throw QueryRefusal(reason: "between quotation marks is nothing") }
            return .term(field, .phrase(words))
        case .word(let pieces, let isPlain):
            if isPlain, ["AND", "OR", "NOT"].contains(where: { QueryToken.isWord(token, $0) }) {
                throw QueryRefusal(reason: "AND, OR and NOT stand before terms")
            }
            let pattern = QueryPattern(Self.small(pieces))
            guard pattern.isAnything else { return .term(field, .like(pattern)) }
            return field.map { .term($0, .present) } ?? .everything
        case .sign(let sign): throw QueryRefusal(reason: "a term is missing before '\(sign)'")
        case .minus: throw QueryRefusal(reason: "a value is missing before '-'")
        }
    }

    private static func small(_ pieces: [QueryPattern.Piece]) -> [QueryPattern.Piece] {
        pieces.flatMap { piece -> [QueryPattern.Piece] in
            guard case .letter(let letter) = piece else { return [piece] }
            return letter.lowercased().map { .letter($0) }
        }
    }

    private mutating func range(_ field: QueryField, isIncluded: Bool) throws(QueryRefusal) -> FleetQuery {
        try count()
        let from = try bound(isIncluded)
        guard takeWord("TO") else { throw QueryRefusal(reason: "a range is written [a TO b]") }
        let to = try bound(true)
        guard let end = takeSign("]", "}") else { throw QueryRefusal(reason: "a range is not closed") }
        let last = to.map { QueryBound(value: $0.value, isIncluded: end == "]") }
        guard from != nil || last != nil else { return .term(field, .present) }
        return .term(field, .range(from: from, to: last))
    }

    private mutating func compared(_ field: QueryField, _ sign: String) throws(QueryRefusal) -> FleetQuery {
        try count()
        guard let bound = try bound(sign.count == 2) else { throw QueryRefusal(reason: "nothing is greater than *") }
        return .term(field, sign.hasPrefix(">") ? .range(from: bound, to: nil) : .range(from: nil, to: bound))
    }

    /// Nil for a star: no bound. What stands between quotation marks is a text, whatever it looks like.
    private mutating func bound(_ isIncluded: Bool) throws(QueryRefusal) -> QueryBound? {
        switch tokens.popFirst() {
        case .quoted(let text): return QueryBound(value: .text(text.lowercased()), isIncluded: isIncluded)
        case .word(let pieces, _):
            let pattern = QueryPattern(Self.small(pieces))
            if pattern.isAnything { return nil }
            if let number = pattern.number, number.isFinite {
                return QueryBound(value: .number(number), isIncluded: isIncluded)
            }
            let letters = pattern.pieces.compactMap { if case .letter(let letter) = $0 { letter } else { nil } }
            guard letters.count == pattern.pieces.count else {
                throw QueryRefusal(reason: "the end of a range has no wildcards")
            }
            return QueryBound(value: .text(String(letters)), isIncluded: isIncluded)
        default: throw QueryRefusal(reason: "the end of a range is a number, a word or *")
        }
    }
}
