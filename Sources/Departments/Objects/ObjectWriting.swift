internal import AWSProtocol
internal import Core
internal import Crypto
internal import Records

/// Objects put whole.
enum ObjectWriting {
    static let all = [
        ObjectOperation(
            "PutObject", "PUT", .object, conditions: conditions, fieldActions: ["x-amz-tagging": "PutObjectTagging"],
            takesObject: true
        ) { visit throws(ServiceProblem) in try put(visit) }
    ]

    private static func put(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        _ = try visit.bucket()
        let fields = try ObjectFields.read(visit.request)
        let tags = try ObjectTags.read(header: visit.request.field("x-amz-tagging"))
        guard let writer = visit.intake.blob else { throw ObjectProblem.incomplete }
        try ObjectFields.check(key: visit.key)
        let blob = try keep(writer, visit.desk)
        var object = NewObject()
        object.etag = visit.intake.digests.etag
        object.size = blob.size
        object.blobs = [blob]
        object.fields = fields
        object.tags = tags
        if let found = visit.intake.digests.found {
            object.checksums[found.algorithm.elementName] = .text(found.value)
            object.checksums["ChecksumType"] = "FULL_OBJECT"
        }
        let outcome = try commit(object, "PutObject", visit)
        var answer = ObjectAnswer(fields: [("ETag", "\"\(object.etag)\""), ("x-amz-server-side-encryption", "AES256")])
        answer.fields += ObjectChecksums.fields(object.checksums) + visit.expiration(of: object)
        if let version = outcome.version { answer.fields.append(("x-amz-version-id", version)) }
        return answer
    }

    /// What a writer may make depend on what is there.
    static let conditions = ["if-match", "if-none-match"]

    static func keep(_ writer: BlobWriter, _ desk: ObjectsDesk) throws(ServiceProblem) -> Blob {
        do throws(Fault) { return try writer.keep(in: desk.blobs) } catch { throw ServiceProblem(error) }
    }

    static func check(_ request: ObjectRequest, against there: StoredObject?) throws(ServiceProblem) {
        if let match = request.field("if-match") { try check(match, names: there) }
        let etag = there.flatMap { $0.isMarker ? nil : $0.etag }
        if let none = request.field("if-none-match"), let etag, Preconditions.names(none, etag) {
            throw ObjectProblem.precondition
        }
    }

    static func check(_ match: String, names there: StoredObject?) throws(ServiceProblem) {
        guard let there, !there.isMarker else { throw ObjectProblem.noSuchKey }
        guard Preconditions.names(match, there.etag) else { throw ObjectProblem.precondition }
    }

    /// Makes a version of what has been written; its blobs go again when it cannot be one.
    static func commit(
        _ object: NewObject, _ reason: String, _ visit: ObjectVisit
    ) throws(ServiceProblem) -> ObjectRows.Outcome {
        let (bucket, key) = (visit.bucketName, visit.key)
        let (request, notice) = (visit.request, Notice(visit))
        do throws(ServiceProblem) {
            let outcome = try visit.desk.shelf.change { desk in
                try check(request, against: try ObjectRows.latest(bucket, key, desk.database))
                let outcome = try ObjectRows.add(object, bucket, key, &desk)
                try notice.created(object, key, version: outcome.version, reason: reason, &desk)
                return outcome
            }
            visit.desk.notices.ring()
            visit.desk.blobs.remove(outcome.gone)
            return outcome
        } catch {
            visit.desk.blobs.remove(object.blobs)
            throw error
        }
    }
}

/// What is kept of a request's head with an object.
enum ObjectFields {
    private static let keyBytesMax = 1024
    private static let metadataBytesMax = 2048
    private static let kept = [
        "content-type", "content-disposition", "content-encoding", "content-language", "cache-control", "expires",
        "x-amz-storage-class", "x-amz-website-redirect-location",
    ]
    static let shown = [
        "content-disposition": "Content-Disposition", "content-encoding": "Content-Encoding",
        "content-language": "Content-Language", "cache-control": "Cache-Control", "expires": "Expires",
    ]
    private static let classes = [
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
        "GLACIER_IR",
    ]

    static func read(_ request: ObjectRequest) throws(ServiceProblem) -> DatumMap {
        var fields = DatumMap()
        for name in kept {
            guard var value = request.field(name), !value.isEmpty else { continue }
            if name == "content-encoding" {
                // How it came over the wire is no property of the object.
                value = value.split(separator: ",").map(\.trimmed).filter { $0 != "aws-chunked" }.joined(separator: ",")
                if value.isEmpty { continue }
            }
            fields[name] = .text(value)
        }
        if let word = fields["x-amz-storage-class"]?.text {
            guard classes.contains(word) else {
                throw ServiceProblem("InvalidStorageClass", "The storage class you specified is not valid")
            }
            if word == "STANDARD" { fields["x-amz-storage-class"] = nil }
        }
        if let word = request.field("x-amz-server-side-encryption"), word != "AES256" {
            throw ObjectProblem.invalid(
                "This hub seals objects with AES256; \(word.prefix(40)) needs a key service that it has not.")
        }
        var bytes = 0
        for name in request.fields.keys.sorted() where name.hasPrefix("x-amz-meta-") {
            let value = request.fields[name] ?? ""
            bytes += name.utf8.count - "x-amz-meta-".utf8.count + value.utf8.count
            fields[name] = .text(value)
        }
        guard bytes <= metadataBytesMax else {
            throw ServiceProblem(
                "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
        }
        return fields
    }

    static func check(key: String) throws(ServiceProblem) {
        guard key.utf8.count <= keyBytesMax else {
            throw ServiceProblem("KeyTooLongError", "Your key is too long")
        }
        guard !key.utf8.contains(0) else { throw ObjectProblem.invalid("A key may not hold a NUL.") }
    }
}
