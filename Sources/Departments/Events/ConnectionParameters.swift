internal import AWSProtocol
internal import Core

/// What a connection adds to each request: header fields, a query, and members of the body.
struct ConnectionParameters: Hashable, Sendable {
    typealias Pair = (name: String, value: String)
    private static let headers = "HeaderParameters"
    private static let query = "QueryStringParameters"
    private static let body = "BodyParameters"
    private static let listMax = 100

    static let shape: Shape = {
        let list = Shape.list(.structure([Member("Key"), Member("Value"), Member("IsValueSecret", .flag)]))
        return .structure([headers, query, body].map { Member($0, list, 0...listMax) })
    }()

    private let lists: Datum

    init(_ lists: Datum?) { self.lists = lists ?? .null }

    var fields: [Pair] { pairs(Self.headers) }
    var queryPairs: [Pair] { pairs(Self.query) }
    var bodyPairs: [Pair] { pairs(Self.body) }

    private func pairs(_ list: String) -> [Pair] {
        (lists[list]?.list ?? []).map { ($0["Key"]?.text ?? "", $0["Value"]?.text ?? "") }
    }

    /// Says where something is wrong, never what is there.
    static func check(_ lists: Datum?, _ place: String) throws(ServiceProblem) {
        for name in [headers, query, body] {
            for (number, row) in (lists?[name]?.list ?? []).enumerated() {
                guard let key = row["Key"]?.text, let value = row["Value"]?.text, isSound(key, value, in: name) else {
                    throw ServiceProblem(
                        "ValidationException",
                        "\(place).\(name).\(number + 1) needs a Key and a Value that such a parameter can have.")
                }
            }
        }
    }

    private static func isSound(_ key: String, _ value: String, in list: String) -> Bool {
        switch list {
        case headers: FieldLetters.isFieldName(key) && FieldLetters.isFieldValue(value)
        case query: FieldLetters.isQueryName(key) && FieldLetters.isQueryValue(value)
        default: !key.isEmpty
        }
    }

    /// Without the values that are secret; nil where there is nothing.
    static func shown(_ lists: Datum?) -> Datum? {
        guard let lists else { return nil }
        let names = [headers, query, body].filter { lists[$0]?.list != nil }
        return .map(DatumMap(names.map { ($0, .list((lists[$0]?.list ?? []).map(shownRow))) }))
    }

    private static func shownRow(_ row: Datum) -> Datum {
        guard var map = row.map, map["IsValueSecret"]?.bool == true else { return row }
        map["Value"] = nil
        return .map(map)
    }
}
