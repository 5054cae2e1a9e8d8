internal import Core

/// What a statement computes. Chains of operators are lists, so that no statement is deeper than its parentheses.
indirect enum Expression: Hashable, Sendable {
    case literal(Datum)
    case undefined
    /// `*`: the message, or the element that a query within the statement is at.
    case whole
    case member(String)
    case path(Expression, [PathStep])
    case negative(Expression)
    case chain(Expression, [ChainLink])
    case comparison(Comparison, Expression, Expression)
    case isAmong(Expression, [Expression])
    case not(Expression)
    case all([Expression])
    case any([Expression])
    case choice(Expression?, [ChoiceBranch], otherwise: Expression?)
    case call(FunctionName, [Expression])
    case cast(Expression, CastKind)
    case list([Expression])
    case object([ObjectMember])
    case query(SelectQuery)
}

enum PathStep: Hashable, Sendable {
    case member(String)
    case index(Expression)
}

struct ChainLink: Hashable, Sendable {
    let sign: Arithmetic
    let operand: Expression
}

struct ChoiceBranch: Hashable, Sendable {
    let when: Expression
    let then: Expression
}

struct ObjectMember: Hashable, Sendable {
    let name: String
    let value: Expression
}

enum Arithmetic: String, Hashable, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
    case remainder = "%"
}

enum Comparison: String, Hashable, Sendable {
    case equal = "="
    case unequal = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    init?(sign: String) { self.init(rawValue: sign == "!=" ? "<>" : sign) }
}

enum CastKind: Hashable, Sendable {
    case text
    case whole
    case decimal
    case flag

    init?(word: String) {
        switch word.lowercased() {
        case "string", "nvarchar", "text", "ntext", "varchar": self = .text
        case "int", "integer": self = .whole
        case "double", "decimal": self = .decimal
        case "bool", "boolean": self = .flag
        default: return nil
        }
    }
}

/// A SELECT, the statement's own or one within it. Where it selects from is said by whoever holds it, or by `source`.
struct SelectQuery: Hashable, Sendable {
    let selection: Selection
    /// What a query within a statement goes through.
    let source: Expression?
    let condition: Expression?
}

enum Selection: Hashable, Sendable {
    case items([SelectItem])
    /// `SELECT VALUE`: what comes out is no object.
    case value(Expression)
}

enum SelectItem: Hashable, Sendable {
    case everything
    /// `a.b.*`: the members of an object.
    case members(Expression)
    /// A name with dots makes objects within objects.
    case named(Expression, [String])
}
