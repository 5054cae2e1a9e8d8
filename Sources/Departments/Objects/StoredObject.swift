internal import Core
internal import Database
internal import JSON

/// A version of an object as it lies in its row.
struct StoredObject: Sendable {
    let key: String
    let seq: Int64
    /// `null` where the bucket kept no versions.
    let version: String
    let isMarker: Bool
    let isLatest: Bool
    let size: Int
    let etag: String
    /// Milliseconds since 1970.
    let modified: Int64
    /// What else is known of it: blobs, header fields, checksums, tags.
    let body: Datum

    static let columns = "key, seq, version, marker, latest, size, etag, modified, body"
    static let nullVersion = "null"

    init(_ row: Statement) throws(Fault) {
        key = row.text(0)
        seq = row.int(1)
        version = row.text(2)
        isMarker = row.int(3) != 0
        isLatest = row.int(4) != 0
        size = Int(row.int(5))
        etag = row.text(6)
        modified = row.int(7)
        body = try Datum(json: row.blob(8), named: "the row of \(key)")
    }

    static func blobs(of body: Datum) -> [Blob] { (body["blobs"]?.list ?? []).compactMap(Blob.init) }

    var blobs: [Blob] { Self.blobs(of: body) }
    var fields: DatumMap { body["fields"]?.map ?? DatumMap() }
    var tags: [Datum] { body["tags"]?.list ?? [] }
    var checksums: DatumMap { body["checksums"]?.map ?? DatumMap() }

    /// What it was made of, by part; nil when it came in one.
    var parts: [Datum]? { body["parts"]?.list }
}

/// A version that is to become a row.
struct NewObject: Sendable {
    var etag = ""
    var size = 0
    var blobs: [Blob] = []
    var fields = DatumMap()
    var tags: [Datum] = []
    var checksums = DatumMap()
    var parts: [Datum]?
    /// The upload that it comes from.
    var upload: String?

    var body: Datum {
        [
            "blobs": .list(blobs.map(\.datum)), "fields": .map(fields), "tags": .list(tags),
            "checksums": .map(checksums), "parts": parts.map(Datum.list) ?? .null,
        ]
    }
}
