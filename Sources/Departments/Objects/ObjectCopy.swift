internal import AWSProtocol
internal import Core
internal import Crypto
internal import Records
internal import XML

/// Objects made of objects that are there.
enum ObjectCopy {
    static let all = [
        ObjectOperation(
            "CopyObject", "PUT", .object, field: "x-amz-copy-source", action: "PutObject"
        ) { visit throws(ServiceProblem) in try copy(visit) }
    ]

    /// The object that a request copies from: leave to read it is asked for, and its conditions hold.
    static func source(_ visit: ObjectVisit) throws(ServiceProblem) -> (bucket: String, object: StoredObject) {
        let text = visit.request.field("x-amz-copy-source") ?? ""
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = FormText.decoded(parts.first ?? "", plusIsBlank: false)
        if path.hasPrefix("/") { path.removeFirst() }
        guard let slash = path.firstIndex(of: "/"), path.index(after: slash) < path.endIndex else {
            throw ObjectProblem.invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
        }
        let (bucket, key) = (String(path[..<slash]), String(path[path.index(after: slash)...]))
        let version = parts.count == 2 ? FormText.pairs(String(parts[1])).first { $0.name == "versionId" }?.value : nil
        guard let record = visit.desk.shelf.records[ObjectsDesk.bucket, bucket] else {
            throw ObjectProblem.noSuchBucket
        }
        if let caller = visit.intake.caller {
            try visit.desk.admit(
                caller, version == nil ? "s3:GetObject" : "s3:GetObjectVersion", on: "arn:aws:s3:::\(bucket)/\(key)",
                policy: record["policy"]?.text, visit.intake.surroundings)
        }
        do throws(ServiceProblem) {
            let object = try ObjectRows.find(visit.desk, bucket, key, version: version)
            try Preconditions(visit.request, prefix: "x-amz-copy-source-").check(object)
            return (bucket, object)
        } catch {
            // A marker as a source is no bad method but a bad request.
            throw error.code == ObjectProblem.markerMethod.code
                ? ObjectProblem.request(
                    "The source of a copy request may not specifically refer to a delete marker by version id.") : error
        }
    }

    private static func copy(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        _ = try visit.bucket()
        try ObjectFields.check(key: visit.key)
        let (bucket, from) = try source(visit)
        let replaces = try directive("x-amz-metadata-directive", visit)
        let replacesTags = try directive("x-amz-tagging-directive", visit)
        let changesClass = visit.request.field("x-amz-storage-class") != nil
        guard
            replaces || changesClass || (bucket, from.key) != (visit.bucketName, visit.key)
                || visit.request.field("x-amz-copy-source")?.contains("versionId") == true
        else {
            throw ObjectProblem.request(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
            )
        }
        let own = try ObjectFields.read(visit.request)
        let ownTags = try ObjectTags.read(header: visit.request.field("x-amz-tagging"))
        var object = try bytes(of: from, 0..<from.size, visit)
        object.fields = replaces ? own : from.fields
        if changesClass, !replaces {
            object.fields["x-amz-storage-class"] = own["x-amz-storage-class"]
        }
        object.tags = replacesTags ? ownTags : from.tags
        if from.parts == nil, object.checksums.isEmpty { object.checksums = from.checksums }
        let outcome = try ObjectWriting.commit(object, "CopyObject", visit)
        let versioned = visit.desk.shelf.records[ObjectsDesk.bucket, bucket]?["versioning"] != nil
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
        of object: StoredObject, _ range: Range<Int>, _ visit: ObjectVisit
    ) throws(ServiceProblem) -> NewObject {
        do throws(Fault) {
            let reader = try BlobReader(object.blobs, range, in: visit.desk.blobs)
            let writer = try visit.desk.blobs.begin()
            var md5: MD5? = MD5()
            let algorithm = (visit.request.field("x-amz-checksum-algorithm"))
                .flatMap { ChecksumAlgorithm(rawValue: $0.uppercased()) }
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
