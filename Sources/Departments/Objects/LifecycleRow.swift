internal import Core
internal import Database
internal import JSON

/// A version as the rules of a lifecycle see it.
struct LifecycleRow: Hashable, Sendable {
    let key: String
    let seq: Int64
    let isMarker: Bool
    let size: Int
    /// Milliseconds since 1970.
    let modified: Int64
    let tags: [String: String]

    static let columns = "key, seq, marker, size, modified"

    init(
        key: String, seq: Int64 = 0, isMarker: Bool = false, size: Int = 0, modified: Int64,
        tags: [String: String] = [:]
    ) {
        self.key = key
        self.seq = seq
        self.isMarker = isMarker
        self.size = size
        self.modified = modified
        self.tags = tags
    }

    /// `hasBody`: the body follows the columns, for the sake of its tags.
    init(_ row: Statement, hasBody: Bool) throws(Fault) {
        let key = row.text(0)
        let body = hasBody ? try Datum(json: row.blob(5), named: "the row of \(key)") : .null
        self.init(
            key: key, seq: row.int(1), isMarker: row.int(2) != 0, size: Int(row.int(3)), modified: row.int(4),
            tags: Self.tags(body["tags"]?.list ?? []))
    }

    static func tags(_ list: [Datum]) -> [String: String] {
        Dictionary(list.map { ($0["Key"]?.text ?? "", $0["Value"]?.text ?? "") }) { $1 }
    }
}
