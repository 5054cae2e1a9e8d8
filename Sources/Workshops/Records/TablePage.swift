package import AWSProtocol
package import Core
package import Database
internal import JSON

/// A long list in parts, straight from a table.
package struct TablePage: Sendable {
    /// The two ways in which services ask for parts.
    package static let paging = [Member("nextToken", 0...4096), Member("maxResults", .whole, 1...250)]
    package static let marking = [
        Member("marker", 0...4096), Member("pageSize", .whole, 1...250), Member("ascendingOrder", .flag),
    ]
    package static let pagingQuery = ["nextToken": "nextToken", "maxResults": "maxResults"]
    package static let markingQuery = [
        "marker": "marker", "pageSize": "pageSize", "isAscendingOrder": "ascendingOrder",
    ]

    package let rows: [Datum]
    /// Null at the end.
    package let next: Datum

    /// `select` gives the sorting key first, under the name `key`. One row more than fits tells that there is another part.
    package init(
        _ shelf: RecordShelf, _ call: Call, usual: Int = 25, invalid code: String = "InvalidRequestException",
        _ select: String, _ values: [SQLValue] = [], descending: Bool = false,
        row: @Sendable (Statement) throws(Fault) -> Datum
    ) throws(ServiceProblem) {
        let limit = call.whole("maxResults") ?? call.whole("pageSize") ?? usual
        let goesDown = call.input["ascendingOrder"]?.bool.map { !$0 } ?? descending
        var place = ""
        var values = values
        if let token = call.text("nextToken") ?? call.text("marker") {
            values.append(.text(try Paging.key(in: token, code)))
            place = "WHERE key \(goesDown ? "<" : ">") ?\(values.count)"
        }
        values.append(.int(Int64(limit + 1)))
        let sql = """
            SELECT * FROM (\(select)) \(place) ORDER BY key \(goesDown ? "DESC" : "ASC") LIMIT ?\(values.count)
            """
        let bound = values
        let found = try shelf.read { database throws(Fault) in
            try database.rows(sql, bound) { statement throws(Fault) in (statement.text(0), try row(statement)) }
        }
        rows = found.prefix(limit).map(\.1)
        next = found.count > limit ? .text(Paging.token(after: found[limit - 1].0)) : .null
    }
}

extension RecordShelf {
    /// Reads tables, and says what is to be answered where something is not as it should be.
    package func consult<Value: Sendable>(
        _ body: @Sendable (Database) throws -> Value
    ) throws(ServiceProblem) -> Value {
        try read { database in
            Result { try body(database) }.mapError { error in
                error as? ServiceProblem ?? ServiceProblem(error as? Fault ?? Fault(.system, "\(error)"))
            }
        }.get()
    }
}

extension Statement {
    /// A document that was written as text.
    package func datum(_ column: Int) throws(Fault) -> Datum {
        let bytes = blob(column)
        return bytes.isEmpty ? .null : try Datum(json: bytes, named: "a row")
    }

    /// A time that was written in milliseconds.
    package func time(_ column: Int) -> Datum { .number(Double(int(column)) / 1000) }
    package func optionalText(_ column: Int) -> Datum { isNull(column) ? .null : .text(text(column)) }
}

extension SQLValue {
    package static var now: SQLValue { .int(Int64(WallClock.milliseconds)) }
    package static func json(_ datum: Datum) -> SQLValue { .text(String(decoding: datum.json, as: UTF8.self)) }
    package static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
}

extension Database {
    /// How many rows a table has for a value.
    package func count(_ table: String, where column: String, is value: String) throws(Fault) -> Int64 {
        try rows("SELECT count(*) FROM \(table) WHERE \(column) = ?", [.text(value)]) { $0.int(0) }.first ?? 0
    }
}
