internal import AWSProtocol
internal import Core
internal import Crypto
internal import Database
internal import JSON
internal import Records
internal import XML

/// Objects put in parts.
enum Multipart {
    static let partBytesMin = 5 << 20
    static let partsMax = 10_000
    private static let idLetters = 64

    static let all = [
        ObjectOperation(
            "CreateMultipartUpload", "POST", .object, ["uploads"], action: "PutObject",
            fieldActions: ["x-amz-tagging": "PutObjectTagging"]
        ) { visit throws(ServiceProblem) in try begin(visit) },
        ObjectOperation(
            "UploadPart", "PUT", .object, ["partNumber", "uploadId"], action: "PutObject", takesObject: true
        ) { visit throws(ServiceProblem) in try put(visit) },
        ObjectOperation(
            "UploadPartCopy", "PUT", .object, ["partNumber", "uploadId"], field: CopySource.field,
            action: "PutObject"
        ) { visit throws(ServiceProblem) in try copy(visit) },
        ObjectOperation(
            "CompleteMultipartUpload", "POST", .object, ["uploadId"], conditions: ObjectWriting.conditions,
            action: "PutObject"
        ) { visit throws(ServiceProblem) in try MultipartCompletion.answer(visit) },
        ObjectOperation("AbortMultipartUpload", "DELETE", .object, ["uploadId"]) { visit throws(ServiceProblem) in
            try abort(visit)
        },
        ObjectOperation(
            "ListParts", "GET", .object, ["uploadId"], takes: ["max-parts", "part-number-marker"],
            action: "ListMultipartUploadParts"
        ) { visit throws(ServiceProblem) in try MultipartListing.parts(visit) },
        ObjectOperation(
            "ListMultipartUploads", "GET", .bucket, ["uploads"],
            takes: ["delimiter", "encoding-type", "key-marker", "max-uploads", "prefix", "upload-id-marker"],
            action: "ListBucketMultipartUploads"
        ) { visit throws(ServiceProblem) in try MultipartListing.uploads(visit) },
    ]

    /// An upload under way.
    struct Upload: Sendable {
        let id: String
        let key: String
        let begun: Int64
        let body: Datum

        var storageClass: String { body["fields"]?["x-amz-storage-class"]?.text ?? "STANDARD" }
        var algorithm: ChecksumAlgorithm? { body["algorithm"]?.text.flatMap { ChecksumAlgorithm(rawValue: $0) } }
        /// One checksum of all of it, instead of one of the parts' checksums.
        var isWhole: Bool { body["type"]?.text == "FULL_OBJECT" }

        init(_ row: Statement) throws(Fault) {
            id = row.text(0)
            key = row.text(1)
            begun = row.int(2)
            body = try Datum(json: row.blob(3), named: "an upload")
        }
    }

    /// A part that has come.
    struct Part: Sendable {
        let number: Int
        let size: Int
        let etag: String
        let modified: Int64
        let body: Datum

        init(_ row: Statement) throws(Fault) {
            number = Int(row.int(0))
            size = Int(row.int(1))
            etag = row.text(2)
            modified = row.int(3)
            body = try Datum(json: row.blob(4), named: "a part")
        }

        var blobs: [Blob] { StoredObject.blobs(of: body) }
        var checksums: DatumMap { body["checksums"]?.map ?? DatumMap() }
    }

    // MARK: finding

    static func upload(_ visit: ObjectVisit, _ database: Database) throws(Fault) -> Upload? {
        try database.rows(
            "SELECT id, key, begun, body FROM uploads WHERE id = ? AND bucket = ? AND key = ?",
            [.text(visit.request.parameter("uploadId") ?? ""), .text(visit.bucketName), .text(visit.key)],
            Upload.init
        ).first
    }

    static func parts(of id: String, _ database: Database) throws(Fault) -> [Part] {
        try database.rows(
            "SELECT number, size, etag, modified, body FROM parts WHERE upload = ? ORDER BY number", [.text(id)],
            Part.init)
    }

    static func find(_ visit: ObjectVisit) throws(ServiceProblem) -> Upload {
        _ = try visit.bucket()
        let found = try visit.desk.shelf.read { database throws(Fault) in try upload(visit, database) }
        guard let found else { throw ObjectProblem.noSuchUpload }
        return found
    }

    // MARK: operations

    private static func begin(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        _ = try visit.bucket()
        try ObjectFields.check(key: visit.key)
        let id = Secret.minted(letters: idLetters)
        let word = visit.request.field("x-amz-checksum-algorithm")?.uppercased()
        let algorithm = word.flatMap { ChecksumAlgorithm(rawValue: $0) }
        guard word == nil || algorithm != nil else {
            throw ObjectProblem.request("Checksum algorithm provided is unsupported.")
        }
        // CRC64NVME is always of the whole.
        let type =
            visit.request.field("x-amz-checksum-type")?.uppercased()
            ?? (algorithm == .crc64nvme ? "FULL_OBJECT" : "COMPOSITE")
        if type == "FULL_OBJECT", algorithm == .sha1 || algorithm == .sha256 {
            throw ObjectProblem.request(
                "The FULL_OBJECT checksum type cannot be used with the \(word ?? "") checksum algorithm.")
        }
        let body: Datum = [
            "fields": .map(try ObjectFields.read(visit.request)),
            "tags": .list(try ObjectTags.read(header: visit.request.field("x-amz-tagging"))),
            "algorithm": algorithm.map { .text($0.rawValue) } ?? .null, "type": .text(type),
        ]
        let (bucket, key, now) = (visit.bucketName, visit.key, Int64(WallClock.milliseconds))
        try visit.desk.shelf.change { desk in
            try desk.database.run(
                "INSERT INTO uploads VALUES(?, ?, ?, ?, ?)",
                [.text(id), .text(bucket), .text(key), .int(now), .bytes(body.json)])
        }
        var fields = [("x-amz-server-side-encryption", "AES256")] + visit.abortion(begun: now)
        if let algorithm {
            fields += [("x-amz-checksum-algorithm", algorithm.rawValue), ("x-amz-checksum-type", type)]
        }
        return ObjectAnswer("InitiateMultipartUploadResult", fields: fields) { xml in
            xml.element("Bucket", bucket)
            xml.element("Key", key)
            xml.element("UploadId", id)
        }
    }

    private static func number(_ visit: ObjectVisit) throws(ServiceProblem) -> Int {
        guard let number = visit.request.parameter("partNumber").flatMap({ Int($0) }), (1...partsMax).contains(number)
        else { throw ObjectProblem.invalid("Part number must be an integer between 1 and \(partsMax), inclusive") }
        return number
    }

    private static func put(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let upload = try find(visit)
        let number = try number(visit)
        guard let writer = visit.intake.blob else { throw ObjectProblem.incomplete }
        var object = NewObject()
        object.blobs = [try ObjectWriting.keep(writer, visit.desk)]
        object.size = object.blobs[0].size
        object.etag = visit.intake.digests.etag
        if let found = visit.intake.digests.found {
            object.checksums[found.algorithm.elementName] = .text(found.value)
        }
        try keep(object, number, upload, visit)
        return ObjectAnswer(
            fields: [("ETag", "\"\(object.etag)\""), ("x-amz-server-side-encryption", "AES256")]
                + ObjectChecksums.fields(object.checksums))
    }

    private static func copy(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let upload = try find(visit)
        let number = try number(visit)
        let (source, from) = try ObjectCopy.source(visit)
        var fields = [("x-amz-server-side-encryption", "AES256")]
        if visit.desk.shelf.records[ObjectsDesk.bucket, source.bucket]?["versioning"] != nil {
            fields.append(("x-amz-copy-source-version-id", from.version))
        }
        var range = 0..<from.size
        if let text = visit.request.field("x-amz-copy-source-range") {
            guard let asked = try ByteRange.read(text, of: from.size), text.hasSuffix("-\(asked.upperBound - 1)") else {
                throw ObjectProblem.invalid("The x-amz-copy-source-range value must be of the form bytes=first-last")
            }
            range = asked
        }
        // Whoever copies says no checksum: the upload did, and one of its parts without it would leave all without.
        var object = try ObjectCopy.bytes(of: from, range, upload.algorithm, visit)
        object.checksums["ChecksumType"] = nil
        try keep(object, number, upload, visit)
        return ObjectAnswer("CopyPartResult", fields: fields) { xml in
            xml.element("LastModified", ObjectTime.iso(Int64(WallClock.milliseconds)))
            xml.element("ETag", "\"\(object.etag)\"")
            ObjectChecksums.write(object.checksums, to: &xml)
        }
    }

    /// A part that comes again takes the place of the first.
    private static func keep(
        _ object: NewObject, _ number: Int, _ upload: Upload, _ visit: ObjectVisit
    ) throws(ServiceProblem) {
        do throws(ServiceProblem) {
            let gone = try visit.desk.shelf.change { desk -> [Blob] in
                let there = try desk.database.rows("SELECT 1 FROM uploads WHERE id = ?", [.text(upload.id)]) {
                    $0.int(0)
                }
                guard !there.isEmpty else { throw ObjectProblem.noSuchUpload }
                let old = try parts(of: upload.id, desk.database).first { $0.number == number }
                try desk.database.run(
                    "INSERT OR REPLACE INTO parts VALUES(?, ?, ?, ?, ?, ?)",
                    [
                        .text(upload.id), .int(Int64(number)), .int(Int64(object.size)), .text(object.etag),
                        .int(Int64(WallClock.milliseconds)), .bytes(object.body.json),
                    ])
                return old?.blobs ?? []
            }
            visit.desk.blobs.remove(gone)
        } catch {
            visit.desk.blobs.remove(object.blobs)
            throw error
        }
    }

    private static func abort(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let upload = try find(visit)
        let gone = try visit.desk.shelf.change { desk in try remove(upload.id, desk.database) }
        visit.desk.blobs.remove(gone)
        return ObjectAnswer(status: 204)
    }

    /// Ends an upload, and gives what nobody names any more.
    static func remove(_ id: String, _ database: Database) throws(Fault) -> [Blob] {
        let parts = try parts(of: id, database)
        try database.run("DELETE FROM parts WHERE upload = ?", [.text(id)])
        try database.run("DELETE FROM uploads WHERE id = ?", [.text(id)])
        return parts.flatMap(\.blobs)
    }
}
