internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// A long list in parts, straight from a table.
struct FleetList {
    static let paging = [Member("nextToken", 0...4096), Member("maxResults", .whole, 1...250)]
    static let marking = [
        Member("marker", 0...4096), Member("pageSize", .whole, 1...250), Member("ascendingOrder", .flag),
    ]
    static let pagingQuery = ["nextToken": "nextToken", "maxResults": "maxResults"]
    static let markingQuery = [
        "marker": "marker", "pageSize": "pageSize", "isAscendingOrder": "ascendingOrder",
    ]
    private static let usual = 25

    let rows: [Datum]
    let next: Datum

    /// `select` gives the sorting key first, under the name `key`. One row more than fits tells that there is another part.
    init(
        _ desk: FleetDesk, _ call: Call, _ select: String, _ values: [SQLValue] = [],
        row: @escaping @Sendable (Statement) throws(Fault) -> Datum
    ) throws(ServiceProblem) {
        let limit = call.whole("maxResults") ?? call.whole("pageSize") ?? Self.usual
        let goesDown = call.input["ascendingOrder"]?.bool == false
        var place = ""
        var values = values
        if let token = call.text("nextToken") ?? call.text("marker") {
            values.append(.text(try Paging.key(in: token, "InvalidRequestException")))
            place = "WHERE key \(goesDown ? "<" : ">") ?\(values.count)"
        }
        values.append(.int(Int64(limit + 1)))
        let sql = """
            SELECT * FROM (\(select)) \(place) ORDER BY key \(goesDown ? "DESC" : "ASC") LIMIT ?\(values.count)
            """
        let bound = values
        let found = try desk.shelf.read { database throws(Fault) in
            try database.rows(sql, bound) { statement throws(Fault) in (statement.text(0), try row(statement)) }
        }
        rows = found.prefix(limit).map(\.1)
        next = found.count > limit ? .text(Paging.token(after: found[limit - 1].0)) : .null
    }
}

extension Statement {
    /// A document that was written as text.
    func datum(_ column: Int) throws(Fault) -> Datum {
        let bytes = blob(column)
        return bytes.isEmpty ? .null : try Datum(json: bytes, named: "a row of the fleet")
    }

    func time(_ column: Int) -> Datum { .number(Double(int(column)) / 1000) }
    func optionalText(_ column: Int) -> Datum { isNull(column) ? .null : .text(text(column)) }
}

extension SQLValue {
    static var now: SQLValue { .int(Int64(WallClock.milliseconds)) }
    static func json(_ datum: Datum) -> SQLValue { .text(String(decoding: datum.json, as: UTF8.self)) }
    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
}
