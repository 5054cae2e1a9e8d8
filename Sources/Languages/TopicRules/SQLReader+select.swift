extension SQLReader {
    /// `isWithin` a statement: it goes through the values that FROM names. Where it is the statement itself, FROM is
    /// read by whoever called.
    mutating func query(isWithin: Bool) throws(SQLRefusal) -> SelectQuery {
        try expect(word: "select")
        let selection = try selection()
        guard isWithin else { return SelectQuery(selection: selection, source: nil, condition: nil) }
        try expect(word: "from")
        let source = try expression()
        return SelectQuery(selection: selection, source: source, condition: try condition())
    }

    mutating func condition() throws(SQLRefusal) -> Expression? {
        try take(word: "where") ? try expression() : nil
    }

    private mutating func selection() throws(SQLRefusal) -> Selection {
        if try takesValue() { return .value(try expression()) }
        var items: [SelectItem] = []
        repeat { items.append(try item()) } while try take(sign: ",")
        return .items(items)
    }

    /// `VALUE` may be a member's name as well: it is the word when a value follows.
    private mutating func takesValue() throws(SQLRefusal) -> Bool {
        guard isAt(word: "value") else { return false }
        let before = self
        try advance()
        switch token {
        case .name(let name) where !["from", "as", "where"].contains(name.lowercased()) && !isOperator(name):
            return true
        case .number, .text, .sign("("), .sign("{"): return true
        case .sign("*"):
            var ahead = self
            try ahead.advance()
            if ahead.isAt(word: "from") || ahead.isAt(word: "where") || ahead.token == .end { return true }
        default: break
        }
        self = before
        return false
    }

    private func isOperator(_ name: String) -> Bool { ["and", "or", "in"].contains(name.lowercased()) }

    private mutating func item() throws(SQLRefusal) -> SelectItem {
        if isAt(sign: "*") {
            var ahead = self
            try ahead.advance()
            if [SQLToken.sign(","), .sign(")"), .end].contains(ahead.token) || ahead.isAt(word: "from")
                || ahead.isAt(word: "where")
            {
                self = ahead
                return .everything
            }
        }
        if let members = try members() { return .members(members) }
        let start = self
        let value = try expression()
        if try take(word: "as") { return .named(value, try alias()) }
        guard let name = value.ownName else {
            throw start.refusal("what is computed needs a name: write AS and one behind it")
        }
        return .named(value, [name])
    }

    /// `a.b.*`; nil, and nothing is taken, for anything else.
    private mutating func members() throws(SQLRefusal) -> Expression? {
        guard case .name(let name) = token, !Self.reserved.contains(name.lowercased()) else { return nil }
        let before = self
        var steps: [PathStep] = []
        try advance()
        while try take(sign: ".") {
            if try take(sign: "*") { return steps.isEmpty ? .member(name) : .path(.member(name), steps) }
            guard case .name = token else { break }
            steps.append(.member(try self.name("the name of a member")))
        }
        self = before
        return nil
    }

    private mutating func alias() throws(SQLRefusal) -> [String] {
        if case .text(let text) = token {
            try advance()
            return [text]
        }
        guard !isAt(word: "from"), !isAt(word: "where") else { throw expected("a name") }
        var names = [try name("a name")]
        while try take(sign: ".") { names.append(try name("a name")) }
        guard names.count <= 10 else { throw refusal("a name has 10 parts at most") }
        return names
    }
}

extension Expression {
    /// What it is called in the result when nobody says otherwise.
    fileprivate var ownName: String? {
        switch self {
        case .member(let name): name
        case .path(let base, let steps):
            steps.reversed().lazy.compactMap { step -> String? in
                if case .member(let name) = step { name } else { nil }
            }.first ?? base.ownName
        case .call(let function, _): function.rawValue
        case .cast: "cast"
        default: nil
        }
    }
}
