internal import Core

/// Reads expressions, one word ahead. What hangs from an operator lies below it: OR, AND, NOT, comparisons, sums,
/// products, signs, and what stands for itself.
struct SQLReader {
    private static let depthMax = 48
    private static let nodesMax = 10_000
    static let reserved: Set<String> = [
        "select", "from", "where", "as", "and", "or", "not", "in", "case", "when", "then", "else", "end", "null",
        "true",
        "false", "undefined",
    ]

    private var lexer: SQLLexer
    private(set) var token = SQLToken.end
    /// Where the word at hand begins, and where the one before it ended.
    private(set) var place = 0
    private(set) var endOfLast = 0
    private var depth = 0
    private var nodes = 0

    init(_ bytes: [UInt8], at place: Int = 0) throws(SQLRefusal) {
        lexer = SQLLexer(bytes, at: place)
        try advance()
    }

    // MARK: words

    mutating func advance() throws(SQLRefusal) {
        endOfLast = lexer.place
        (token, place) = try lexer.next()
    }

    func refusal(_ reason: String) -> SQLRefusal { SQLRefusal(reason, at: lexer.character(place)) }

    func expected(_ what: String) -> SQLRefusal { refusal("\(what) is expected before \(token.shown)") }

    /// The word at hand in small letters, when it is a name.
    private var word: String? { if case .name(let name) = token { name.lowercased() } else { nil } }

    func isAt(word wanted: String) -> Bool { word == wanted }
    func isAt(sign wanted: String) -> Bool { token == .sign(wanted) }

    mutating func take(word wanted: String) throws(SQLRefusal) -> Bool {
        guard isAt(word: wanted) else { return false }
        try advance()
        return true
    }

    mutating func take(sign wanted: String) throws(SQLRefusal) -> Bool {
        guard isAt(sign: wanted) else { return false }
        try advance()
        return true
    }

    mutating func expect(word wanted: String) throws(SQLRefusal) {
        guard try take(word: wanted) else { throw expected(wanted.uppercased()) }
    }

    mutating func expect(sign wanted: String) throws(SQLRefusal) {
        guard try take(sign: wanted) else { throw expected(wanted) }
    }

    /// Any name, the statement's own words too where nothing else can be meant.
    mutating func name(_ what: String) throws(SQLRefusal) -> String {
        guard case .name(let name) = token else { throw expected(what) }
        try advance()
        return name
    }

    // MARK: expressions

    mutating func expression() throws(SQLRefusal) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw refusal("the statement is more than \(Self.depthMax) deep") }
        var parts = [try conjunction()]
        while try take(word: "or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(SQLRefusal) -> Expression {
        var parts = [try negation()]
        while try take(word: "and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(SQLRefusal) -> Expression {
        var isTurned = false
        var isNegation = false
        while try take(word: "not") {
            isTurned.toggle()
            isNegation = true
        }
        let inner = try comparison()
        if isTurned { return .not(inner) }
        return isNegation ? .not(.not(inner)) : inner
    }

    private mutating func comparison() throws(SQLRefusal) -> Expression {
        let left = try sum()
        if case .sign(let sign) = token, let comparison = Comparison(sign: sign) {
            try advance()
            return .comparison(comparison, left, try sum())
        }
        if try take(word: "in") { return .isAmong(left, try among()) }
        guard isAt(word: "not") else { return left }
        try advance()
        try expect(word: "in")
        return .not(.isAmong(left, try among()))
    }

    /// `(1, 2)`, or a list by whatever expression.
    private mutating func among() throws(SQLRefusal) -> [Expression] {
        guard isAt(sign: "(") else { return [try sum()] }
        let before = self
        try advance()
        if isAt(word: "select") {
            self = before
            return [try sum()]
        }
        return try list(upTo: ")")
    }

    private mutating func sum() throws(SQLRefusal) -> Expression {
        let first = try product()
        var links: [ChainLink] = []
        while case .sign(let sign) = token, let arithmetic = Arithmetic(rawValue: sign),
            arithmetic == .plus || arithmetic == .minus
        {
            try advance()
            links.append(ChainLink(sign: arithmetic, operand: try product()))
        }
        return links.isEmpty ? first : .chain(first, links)
    }

    private mutating func product() throws(SQLRefusal) -> Expression {
        let first = try signed()
        var links: [ChainLink] = []
        while case .sign(let sign) = token, let arithmetic = Arithmetic(rawValue: sign),
            arithmetic != .plus && arithmetic != .minus
        {
            try advance()
            links.append(ChainLink(sign: arithmetic, operand: try signed()))
        }
        return links.isEmpty ? first : .chain(first, links)
    }

    private mutating func signed() throws(SQLRefusal) -> Expression {
        var isNegative = false
        while isAt(sign: "-") || isAt(sign: "+") {
            if isAt(sign: "-") { isNegative.toggle() }
            try advance()
        }
        let inner = try path()
        return isNegative ? .negative(inner) : inner
    }

    private mutating func path() throws(SQLRefusal) -> Expression {
        let base = try primary()
        var steps: [PathStep] = []
        while true {
            if try take(sign: ".") {
                steps.append(.member(try name("the name of a member")))
            } else if try take(sign: "[") {
                steps.append(.index(try expression()))
                try expect(sign: "]")
            } else {
                return steps.isEmpty ? base : .path(base, steps)
            }
        }
    }

    private mutating func primary() throws(SQLRefusal) -> Expression {
        nodes += 1
        guard nodes <= Self.nodesMax else { throw refusal("the statement has more than \(Self.nodesMax) parts") }
        switch token {
        case .number(let number):
            try advance()
            return .literal(number)
        case .text(let text):
            try advance()
            return .literal(.text(text))
        case .name(let name): return try named(name)
        case .sign("*"):
            try advance()
            return .whole
        case .sign("("): return try parenthesis()
        case .sign("["):
            try advance()
            return .list(try list(upTo: "]"))
        case .sign("{"): return try object()
        case .sign, .end: throw expected("a value")
        }
    }

    private mutating func parenthesis() throws(SQLRefusal) -> Expression {
        try advance()
        let inner: Expression = isAt(word: "select") ? .query(try query(isWithin: true)) : try expression()
        try expect(sign: ")")
        return inner
    }

    mutating func list(upTo end: String) throws(SQLRefusal) -> [Expression] {
        var list: [Expression] = []
        if try take(sign: end) { return list }
        repeat { list.append(try expression()) } while try take(sign: ",")
        try expect(sign: end)
        return list
    }

    private mutating func object() throws(SQLRefusal) -> Expression {
        try advance()
        var members: [ObjectMember] = []
        if try take(sign: "}") { return .object(members) }
        repeat {
            guard case .text(let name) = token else { throw expected("the name of a member, in quotes,") }
            try advance()
            try expect(sign: ":")
            members.append(ObjectMember(name: name, value: try expression()))
        } while try take(sign: ",")
        try expect(sign: "}")
        return .object(members)
    }

    // MARK: names

    private mutating func named(_ name: String) throws(SQLRefusal) -> Expression {
        switch name.lowercased() {
        case "true":
            try advance()
            return .literal(.bool(true))
        case "false":
            try advance()
            return .literal(.bool(false))
        case "null":
            try advance()
            return .literal(.null)
        case "undefined":
            try advance()
            return .undefined
        case "case": return try choice()
        case let word where Self.reserved.contains(word): throw expected("a value")
        default: break
        }
        let start = self
        try advance()
        guard isAt(sign: "(") else { return .member(name) }
        return try call(name, from: start)
    }

    private mutating func call(_ name: String, from start: SQLReader) throws(SQLRefusal) -> Expression {
        let word = name.lowercased()
        try advance()
        if word == "cast" { return try cast() }
        guard let function = FunctionName(rawValue: word) else {
            throw start.refusal(
                FunctionName.absent.contains(word)
                    ? "the function \(word)() is not offered here" : "there is no function \(name.prefix(80))()")
        }
        let arguments = try list(upTo: ")")
        guard function.counts.contains(arguments.count) else {
            let (least, most) = (function.counts.lowerBound, function.counts.upperBound)
            let wanted = least == most ? "\(least)" : "\(least) to \(most)"
            throw start.refusal("\(word)() takes \(wanted) arguments, not \(arguments.count)")
        }
        if let complaint = FunctionCheck.complaint(of: function, arguments) { throw start.refusal(complaint) }
        return .call(function, arguments)
    }

    private mutating func cast() throws(SQLRefusal) -> Expression {
        let value = try expression()
        try expect(word: "as")
        guard case .name(let word) = token, let kind = CastKind(word: word) else {
            throw expected("String, Int, Decimal or Boolean")
        }
        try advance()
        try expect(sign: ")")
        return .cast(value, kind)
    }

    private mutating func choice() throws(SQLRefusal) -> Expression {
        try advance()
        let subject: Expression? = isAt(word: "when") ? nil : try expression()
        var branches: [ChoiceBranch] = []
        repeat {
            try expect(word: "when")
            let when = try expression()
            try expect(word: "then")
            branches.append(ChoiceBranch(when: when, then: try expression()))
        } while isAt(word: "when")
        let otherwise: Expression? = try take(word: "else") ? try expression() : nil
        try expect(word: "end")
        return .choice(subject, branches, otherwise: otherwise)
    }
}
