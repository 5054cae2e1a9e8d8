package import Core

/// A value bound to a statement.
package enum SQLValue: Hashable, Sendable {
    case int(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
    case null
}

/// Statements that are asked for by their text; each is compiled once.
extension Database {
    /// Runs a statement that gives no rows.
    package func run(_ sql: String, _ values: [SQLValue] = []) throws(Fault) {
        let statement = try prepared(sql, values)
        defer { statement.reset() }
        try statement.run()
    }

    /// Row after row, until `body` has had enough and says false.
    package func forEachRow(
        _ sql: String, _ values: [SQLValue] = [], _ body: (Statement) throws(Fault) -> Bool
    ) throws(Fault) {
        let statement = try prepared(sql, values)
        defer { statement.reset() }
        while try statement.step() { guard try body(statement) else { return } }
    }

    /// Every row of a statement, read by `read`.
    package func rows<Row>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (Statement) throws(Fault) -> Row
    ) throws(Fault) -> [Row] {
        let statement = try prepared(sql, values)
        defer { statement.reset() }
        var rows: [Row] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    /// Lets go of the statements, and so of the file: each of them keeps its connection alive.
    package func forgetStatements() { kept = [:] }

    private func prepared(_ sql: String, _ values: [SQLValue]) throws(Fault) -> Statement {
        let statement: Statement
        if let known = kept[sql] { statement = known } else { statement = try prepare(sql) }
        kept[sql] = statement
        for (place, value) in values.enumerated() {
            switch value {
            case .int(let number): try statement.bind(place + 1, number)
            case .real(let number): try statement.bind(place + 1, number)
            case .text(let text): try statement.bind(place + 1, text)
            case .bytes(let bytes): try statement.bind(place + 1, bytes)
            case .null: try statement.bindNull(place + 1)
            }
        }
        return statement
    }
}
