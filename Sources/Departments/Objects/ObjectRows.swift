internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// Versions as rows: found, added and removed.
enum ObjectRows {
    private static let idLetters = 32

    // MARK: finding

    static func latest(_ bucket: String, _ key: String, _ database: Database) throws(Fault) -> StoredObject? {
        try database.rows(
            "SELECT \(StoredObject.columns) FROM versions WHERE bucket = ? AND key = ? AND latest = 1",
            [.text(bucket), .text(key)], StoredObject.init
        ).first
    }

    static func version(
        _ bucket: String, _ key: String, _ version: String, _ database: Database
    ) throws(Fault) -> StoredObject? {
        try database.rows(
            "SELECT \(StoredObject.columns) FROM versions WHERE bucket = ? AND key = ? AND version = ?",
            [.text(bucket), .text(key), .text(version)], StoredObject.init
        ).first
    }

    /// What an upload became, as long as it is there.
    static func made(
        byUpload id: String, _ bucket: String, _ key: String, _ database: Database
    ) throws(Fault) -> StoredObject? {
        try database.rows(
            "SELECT \(StoredObject.columns) FROM versions WHERE upload = ? AND bucket = ? AND key = ?",
            [.text(id), .text(bucket), .text(key)], StoredObject.init
        ).first
    }

    /// What a request names: a version, or the newest. A marker is not there, and says so.
    static func find(
        _ desk: ObjectsDesk, _ bucket: String, _ key: String, version id: String?
    ) throws(ServiceProblem) -> StoredObject {
        guard desk.shelf.records[ObjectsDesk.bucket, bucket] != nil else { throw ObjectProblem.noSuchBucket }
        let found = try desk.shelf.read { database throws(Fault) in
            if let id { return try version(bucket, key, id, database) }
            return try latest(bucket, key, database)
        }
        guard let found else { throw id.map { ObjectProblem.noSuchVersion($0) } ?? ObjectProblem.noSuchKey }
        guard !found.isMarker else { throw ObjectProblem.marker(found, byVersion: id != nil) }
        return found
    }

    // MARK: adding

    /// What came of a change: the version's id, where versions are kept, and the blobs that nobody names any more.
    struct Outcome: Sendable {
        var version: String?
        var isMarker = false
        var gone: [Blob] = []
    }

    /// Adds a version, or a marker where there is nothing to add.
    static func add(
        _ object: NewObject?, _ bucket: String, _ key: String, _ desk: inout RecordShelf.Desk
    ) throws -> Outcome {
        guard let record = desk.records[ObjectsDesk.bucket, bucket] else { throw ObjectProblem.noSuchBucket }
        let state = record["versioning"]?.text
        var outcome = Outcome(isMarker: object == nil)
        let id = state == "Enabled" ? Secret.minted(letters: idLetters) : StoredObject.nullVersion
        var before: Int64 = 0
        if id == StoredObject.nullVersion, let old = try take(bucket, key, id, desk.database) {
            outcome.gone = old.blobs
            before = old.seq
        }
        // Never one that was there: whoever still holds the old row must not find another under its number.
        let seq = max(before + 1, Int64(WallClock.milliseconds) * 1000)
        if state != nil { outcome.version = id }
        try desk.database.run(
            "UPDATE versions SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1", [.text(bucket), .text(key)])
        try desk.database.run(
            """
            INSERT INTO versions(bucket, key, seq, version, marker, latest, size, etag, modified, body, upload)
            VALUES(?1, ?2, max(?9, (SELECT coalesce(max(seq), 0) + 1 FROM versions WHERE bucket = ?1 AND key = ?2)),
                ?3, ?4, 1, ?5, ?6, ?7, ?8, ?10)
            """,
            [
                .text(bucket), .text(key), .text(id), .int(object == nil ? 1 : 0), .int(Int64(object?.size ?? 0)),
                .text(object?.etag ?? ""), .int(Int64(WallClock.milliseconds)),
                .bytes((object ?? NewObject()).body.json), .int(seq), .optional(object?.upload),
            ])
        return outcome
    }

    // MARK: removing

    /// Takes a version out; the one before it is the newest then.
    static func take(
        _ bucket: String, _ key: String, _ id: String, _ database: Database
    ) throws(Fault) -> StoredObject? {
        guard let found = try version(bucket, key, id, database) else { return nil }
        try take(found, bucket, database)
        return found
    }

    /// The same by the number of its row.
    static func take(
        _ bucket: String, _ key: String, seq: Int64, _ database: Database
    ) throws(Fault) -> StoredObject? {
        let found = try database.rows(
            "SELECT \(StoredObject.columns) FROM versions WHERE bucket = ? AND key = ? AND seq = ?",
            [.text(bucket), .text(key), .int(seq)], StoredObject.init
        ).first
        if let found { try take(found, bucket, database) }
        return found
    }

    private static func take(_ found: StoredObject, _ bucket: String, _ database: Database) throws(Fault) {
        let key = found.key
        try database.run(
            "DELETE FROM versions WHERE bucket = ? AND key = ? AND seq = ?",
            [.text(bucket), .text(key), .int(found.seq)])
        if found.isLatest {
            try database.run(
                """
                UPDATE versions SET latest = 1 WHERE bucket = ?1 AND key = ?2
                AND seq = (SELECT max(seq) FROM versions WHERE bucket = ?1 AND key = ?2)
                """, [.text(bucket), .text(key)])
        }
    }
}
