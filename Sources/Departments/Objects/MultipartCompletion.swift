internal import AWSProtocol
internal import Core
internal import Crypto
internal import Database
internal import Records
internal import XML

/// Parts become an object: those that are named, in the order of their numbers.
enum MultipartCompletion {
    /// What came of it, for the answer.
    private struct Made: Sendable {
        let etag: String
        let checksums: DatumMap
        let version: String?
        let fields: [(String, String)]
    }

    static func answer(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        _ = try visit.bucket()
        let upload = try visit.desk.shelf.read { database throws(Fault) in try Multipart.upload(visit, database) }
        var made: Made?
        if let upload { made = try commit(upload, visit) }
        let answered = if let made { made } else { try again(visit) }
        var fields = [("x-amz-server-side-encryption", "AES256")] + answered.fields
        if let version = answered.version { fields.append(("x-amz-version-id", version)) }
        return ObjectAnswer("CompleteMultipartUploadResult", fields: fields) { xml in
            xml.element("Location", "http://\(visit.request.field("host") ?? "")/\(visit.bucketName)/\(visit.key)")
            xml.element("Bucket", visit.bucketName)
            xml.element("Key", visit.key)
            xml.element("ETag", "\"\(answered.etag)\"")
            ObjectChecksums.write(answered.checksums, to: &xml)
        }
    }

    private static func parts(_ visit: ObjectVisit) throws(ServiceProblem) -> [XMLElement] {
        try ObjectDocument.read(visit.intake.document, root: "CompleteMultipartUpload").all("Part")
    }

    /// Whoever lost the first answer asks again, and gets it, as long as what the upload became is there.
    private static func again(_ visit: ObjectVisit) throws(ServiceProblem) -> Made {
        let (id, bucket, key) = (visit.request.parameter("uploadId") ?? "", visit.bucketName, visit.key)
        let found = try visit.desk.shelf.read { database throws(Fault) in
            try ObjectRows.made(byUpload: id, bucket, key, database)
        }
        guard let object = found, !object.isMarker else { throw ObjectProblem.noSuchUpload }
        let asked = try parts(visit).map { element in
            (number: element["PartNumber"].flatMap { Int($0.text.trimmed) }, etag: etag(element))
        }
        guard asked.map(\.number) == object.parts?.map({ $0["number"]?.whole }),
            etag(ofParts: asked.map(\.etag)) == object.etag
        else { throw ObjectProblem.noSuchUpload }
        let keepsVersions = try visit.bucket()["versioning"] != nil
        return Made(
            etag: object.etag, checksums: object.checksums, version: keepsVersions ? object.version : nil,
            fields: visit.expiration(of: object))
    }

    private static func etag(_ element: XMLElement) -> String {
        (element["ETag"]?.text ?? "").trimmed.filter { $0 != "\"" }
    }

    /// The digest of the parts' digests, with their number behind.
    private static func etag(ofParts etags: [String]) -> String {
        var md5: MD5? = MD5()
        for etag in etags { md5?.update(Hexadecimal.bytes(etag) ?? []) }
        return Hexadecimal.text(md5.take()?.finish() ?? []) + "-\(etags.count)"
    }

    private static func choose(
        _ elements: [XMLElement], among there: [Multipart.Part]
    ) throws(ServiceProblem) -> [Multipart.Part] {
        let byNumber = Dictionary(there.map { ($0.number, $0) }) { $1 }
        var chosen: [Multipart.Part] = []
        for element in elements {
            guard let number = element["PartNumber"].flatMap({ Int($0.text.trimmed) }) else {
                throw ObjectProblem.malformedXML
            }
            if let last = chosen.last, last.number >= number {
                throw ServiceProblem(
                    "InvalidPartOrder",
                    "The list of parts was not in ascending order. Parts must be ordered by part number.")
            }
            guard let part = byNumber[number], part.etag == etag(element),
                element.children.allSatisfy({
                    !$0.name.hasPrefix("Checksum") || part.checksums[$0.name]?.text == $0.text.trimmed
                })
            else {
                throw ServiceProblem(
                    "InvalidPart",
                    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
                )
            }
            chosen.append(part)
        }
        guard !chosen.isEmpty, chosen.count <= Multipart.partsMax else { throw ObjectProblem.malformedXML }
        guard chosen.dropLast().allSatisfy({ $0.size >= Multipart.partBytesMin }) else {
            throw ServiceProblem("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        }
        return chosen
    }

    private static func assemble(
        _ parts: [Multipart.Part], _ upload: Multipart.Upload, _ request: ObjectRequest
    ) throws(ServiceProblem) -> NewObject {
        var object = NewObject()
        object.etag = etag(ofParts: parts.map(\.etag))
        object.upload = upload.id
        object.size = parts.reduce(0) { $0 + $1.size }
        object.blobs = parts.flatMap(\.blobs)
        object.fields = upload.body["fields"]?.map ?? DatumMap()
        object.tags = upload.body["tags"]?.list ?? []
        object.parts = parts.map { ["number": .whole($0.number), "size": .whole($0.size)] }
        if let size = request.field("x-amz-mp-object-size"), Int(size) != object.size {
            throw ObjectProblem.request("The provided 'x-amz-mp-object-size' header does not match what was computed.")
        }
        let value = upload.algorithm.flatMap { checksum(of: parts, $0, isWhole: upload.isWhole) }
        try check(request, upload, value)
        guard let algorithm = upload.algorithm, let value else { return object }
        object.checksums[algorithm.elementName] = .text(value)
        object.checksums["ChecksumType"] = .text(upload.isWhole ? "FULL_OBJECT" : "COMPOSITE")
        return object
    }

    /// What is said of the whole is true, or nobody can tell: then it is not taken.
    private static func check(
        _ request: ObjectRequest, _ upload: Multipart.Upload, _ value: String?
    ) throws(ServiceProblem) {
        for stated in ChecksumAlgorithm.allCases {
            guard let wanted = request.field(stated.fieldName) else { continue }
            guard stated == upload.algorithm, let value else {
                throw ObjectProblem.request(
                    "\(stated.fieldName) cannot be compared: the upload and all its parts need that checksum.")
            }
            guard wanted == value else { throw ObjectProblem.badDigest }
        }
        guard upload.algorithm != nil, let type = request.field("x-amz-checksum-type") else { return }
        guard type.uppercased() == (upload.isWhole ? "FULL_OBJECT" : "COMPOSITE") else {
            throw ObjectProblem.request("x-amz-checksum-type is another than that of the upload.")
        }
    }

    /// Of the whole, put together from the parts'; or of the parts' checksums, with their number behind.
    private static func checksum(
        of parts: [Multipart.Part], _ algorithm: ChecksumAlgorithm, isWhole: Bool
    ) -> String? {
        let values = parts.compactMap { $0.checksums[algorithm.elementName]?.text.flatMap { Base64.bytes($0) } }
        guard values.count == parts.count, let first = values.first else { return nil }
        if isWhole {
            var whole = first
            for (value, part) in zip(values, parts).dropFirst() {
                guard let joined = Checksum.combine(algorithm, whole, value, secondByteCount: part.size) else {
                    return nil
                }
                whole = joined
            }
            return Base64.text(whole)
        }
        var checksum: Checksum? = Checksum(algorithm)
        for value in values { checksum?.update(value) }
        return Base64.text(checksum.take()?.finish() ?? []) + "-\(parts.count)"
    }

    /// The version comes to be and the upload ends in one change, which reads the parts itself. Parts that were not named
    /// go. Nil when the upload has ended meanwhile.
    private static func commit(_ upload: Multipart.Upload, _ visit: ObjectVisit) throws(ServiceProblem) -> Made? {
        let named = try parts(visit)
        let (bucket, key, request) = (visit.bucketName, visit.key, visit.request)
        let notice = Notice(visit)
        let done = try visit.desk.shelf.change { desk -> (NewObject, ObjectRows.Outcome, [Blob])? in
            let rows = try desk.database.rows("SELECT 1 FROM uploads WHERE id = ?", [.text(upload.id)]) { $0.int(0) }
            guard !rows.isEmpty else { return nil }
            let there = try Multipart.parts(of: upload.id, desk.database)
            let object = try assemble(try choose(named, among: there), upload, request)
            let latest = try ObjectRows.latest(bucket, key, desk.database)
            try ObjectWriting.check(request, against: latest)
            let blobs = try Multipart.remove(upload.id, desk.database)
            let outcome = try ObjectRows.add(object, bucket, key, &desk)
            try notice.created(
                object, key, version: outcome.version, reason: "CompleteMultipartUpload", &desk)
            return (object, outcome, blobs)
        }
        guard let (object, outcome, blobs) = done else { return nil }
        visit.desk.notices.ring()
        let kept = Set(object.blobs)
        visit.desk.blobs.remove(outcome.gone + blobs.filter { !kept.contains($0) })
        return Made(
            etag: object.etag, checksums: object.checksums, version: outcome.version,
            fields: visit.expiration(of: object))
    }
}
