internal import AWSProtocol
internal import Core
internal import Crypto
internal import Records
internal import XML

/// Objects made of objects that are there.
enum ObjectCopy {
    static let all = [
        ObjectOperation(
            "CopyObject", "PUT", .object, field: CopySource.field, conditions: ObjectWriting.conditions,
            action: "PutObject"
        ) { visit throws(ServiceProblem) in try copy(visit) }
    ]

    /// The object that a request copies from: leave to read it is asked for, and its conditions hold.
    static func source(_ visit: ObjectVisit) throws(ServiceProblem) -> (source: CopySource, object: StoredObject) {
        let source = try CopySource(visit.request.field(CopySource.field) ?? "")
        guard visit.desk.shelf.records[ObjectsDesk.bucket, source.bucket] != nil else {
            throw ObjectProblem.noSuchBucket
        }
        let sought = Result { () throws(ServiceProblem) in
            try ObjectRows.find(visit.desk, source.bucket, source.key, version: source.version)
        }
        try visit.admit(
            source.actions("GetObject"), on: source.bucket, source.key, source.facts(of: try? sought.get()))
        do throws(ServiceProblem) {
            let object = try sought.get()
            try Preconditions(visit.request, prefix: "x-amz-copy-source-").check(object)
            return (source, object)
        } catch {
            // A marker as a source is no bad method but a bad request.
            throw error.code == ObjectProblem.markerMethod.code
                ? ObjectProblem.request(
                    "The source of a copy request may not specifically refer to a delete marker by version id.") : error
        }
    }

    /// The tags of a copy: reading those of the source and giving any asks for leave.
    private static func tags(
        _ source: CopySource, _ from: StoredObject, _ visit: ObjectVisit
    ) throws(ServiceProblem) -> [Datum] {
        let own = try ObjectTags.read(header: visit.request.field("x-amz-tagging"))
        let replaces = try directive("x-amz-tagging-directive", visit)
        if !replaces, !from.tags.isEmpty {
            try visit.admit(
                source.actions("GetObjectTagging"), on: source.bucket, source.key, source.facts(of: from))
        }
        let tags = replaces ? own : from.tags
        if !tags.isEmpty {
            try visit.admit(["PutObjectTagging"], on: visit.bucketName, visit.key, ObjectFacts.requested(tags))
        }
        return tags
    }

    private static func copy(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        _ = try visit.bucket()
        try ObjectFields.check(key: visit.key)
        let (source, from) = try source(visit)
        let replaces = try directive("x-amz-metadata-directive", visit)
        let changesClass = visit.request.field("x-amz-storage-class") != nil
        guard
            replaces || changesClass || source.version != nil
                || (source.bucket, source.key) != (visit.bucketName, visit.key)
        else {
            throw ObjectProblem.request(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
            )
        }
        let own = try ObjectFields.read(visit.request)
        let tags = try tags(source, from, visit)
        let algorithm = visit.request.field("x-amz-checksum-algorithm").flatMap {
            ChecksumAlgorithm(rawValue: $0.uppercased())
        }
        var object = try bytes(of: from, 0..<from.size, algorithm, visit)
        object.fields = replaces ? own : from.fields
        if changesClass, !replaces {
            object.fields["x-amz-storage-class"] = own["x-amz-storage-class"]
        }
        object.tags = tags
        if from.parts == nil, object.checksums.isEmpty { object.checksums = from.checksums }
        let outcome = try ObjectWriting.commit(object, "CopyObject", visit)
        let versioned = visit.desk.shelf.records[ObjectsDesk.bucket, source.bucket]?["versioning"] != nil
        var fields = [("x-amz-server-side-encryption", "AES256")] + visit.expiration(of: object)
        if let version = outcome.version { fields.append(("x-amz-version-id", version)) }
        if versioned { fields.append(("x-amz-copy-source-version-id", from.version)) }
        return ObjectAnswer("CopyObjectResult", fields: fields) { xml in
            xml.element("LastModified", ObjectTime.iso(Int64(WallClock.milliseconds)))
            xml.element("ETag", "\"\(object.etag)\"")
            ObjectChecksums.write(object.checksums, to: &xml)
        }
    }

    private static func directive(_ name: String, _ visit: ObjectVisit) throws(ServiceProblem) -> Bool {
        switch visit.request.field(name)?.uppercased() {
        case nil, "COPY": return false
        case "REPLACE": return true
        default: throw ObjectProblem.invalid("Unknown \(name): COPY or REPLACE")
        }
    }

    /// A span of an object written once more, digested on the way.
    static func bytes(
        of object: StoredObject, _ range: Range<Int>, _ algorithm: ChecksumAlgorithm?, _ visit: ObjectVisit
    ) throws(ServiceProblem) -> NewObject {
        do throws(Fault) {
            let reader = try BlobReader(object.blobs, range, in: visit.desk.blobs)
            let writer = try visit.desk.blobs.begin()
            var md5: MD5? = MD5()
            var checksum = algorithm.map { Checksum($0) }
            unsafe try reader.read { piece throws(Fault) in
                unsafe md5?.update(piece)
                unsafe checksum?.update(piece)
                unsafe try writer.write(piece)
            }
            var made = NewObject()
            made.etag = Hexadecimal.text(md5.take()?.finish() ?? [])
            made.size = writer.size
            made.blobs = [try writer.keep(in: visit.desk.blobs)]
            if let algorithm, let value = checksum.take()?.finish() {
                made.checksums[algorithm.elementName] = .text(Base64.text(value))
                made.checksums["ChecksumType"] = "FULL_OBJECT"
            }
            return made
        } catch { throw error.code == .notFound ? ObjectProblem.overtaken : ServiceProblem(error) }
    }
}
