internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records
internal import XML

/// Tags of objects, and how tags are written everywhere.
enum ObjectTags {
    static let perObjectMax = 10

    static let all = [
        ObjectOperation("GetObjectTagging", "GET", .object, ["tagging"], takes: ["versionId"], asking: .whenFound) {
            visit throws(ServiceProblem) in
            let object = try ObjectReading.found(visit)
            var answer = shown(object.tags)
            answer.fields = version(object, visit)
            return answer
        },
        ObjectOperation("PutObjectTagging", "PUT", .object, ["tagging"], takes: ["versionId"], asking: .whenFound) {
            visit throws(ServiceProblem) in
            try set(try read(visit.intake.document, max: perObjectMax), visit)
        },
        ObjectOperation("DeleteObjectTagging", "DELETE", .object, ["tagging"], takes: ["versionId"], asking: .whenFound)
        {
            visit throws(ServiceProblem) in
            var answer = try set([], visit)
            answer.status = 204
            return answer
        },
    ]

    private static func version(_ object: StoredObject, _ visit: ObjectVisit) -> [(String, String)] {
        let keeps = visit.desk.shelf.records[ObjectsDesk.bucket, visit.bucketName]?["versioning"] != nil
        return keeps ? [("x-amz-version-id", object.version)] : []
    }

    private static func set(_ tags: [Datum], _ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        _ = try ObjectReading.found(visit, ObjectFacts.requested(tags))
        let (bucket, key, id) = (visit.bucketName, visit.key, visit.request.versionID)
        let notice = Notice(visit)
        // Read where it is changed: what lies there may have come a moment ago.
        let object = try visit.desk.shelf.change { desk -> StoredObject in
            let found =
                try id.map { try ObjectRows.version(bucket, key, $0, desk.database) }
                ?? ObjectRows.latest(bucket, key, desk.database)
            guard let object = found, !object.isMarker else { throw ObjectProblem.noSuchKey }
            var body = object.body.map ?? DatumMap()
            body["tags"] = .list(tags)
            try desk.database.run(
                "UPDATE versions SET body = ? WHERE bucket = ? AND key = ? AND seq = ?",
                [.bytes(Datum.map(body).json), .text(bucket), .text(key), .int(object.seq)])
            try notice.tagged(object, areGone: tags.isEmpty, &desk)
            return object
        }
        visit.desk.notices.ring()
        return ObjectAnswer(fields: version(object, visit))
    }

    static func shown(_ tags: [Datum]) -> ObjectAnswer {
        ObjectAnswer("Tagging") { xml in
            xml.open("TagSet")
            for tag in tags {
                xml.open("Tag")
                xml.element("Key", tag["Key"]?.text ?? "")
                xml.element("Value", tag["Value"]?.text ?? "")
                xml.close("Tag")
            }
            xml.close("TagSet")
        }
    }

    static func read(_ document: [UInt8], max: Int) throws(ServiceProblem) -> [Datum] {
        let root = try ObjectDocument.read(document, root: "Tagging")
        guard let set = root["TagSet"] else { throw ObjectProblem.malformedXML }
        var pairs: [(String, String)] = []
        for tag in set.all("Tag") {
            guard let key = tag["Key"]?.text, let value = tag["Value"]?.text else { throw ObjectProblem.malformedXML }
            pairs.append((key, value))
        }
        return try check(pairs, max: max)
    }

    /// `a=1&b=2`, as the field of a put has them.
    static func read(header: String?) throws(ServiceProblem) -> [Datum] {
        guard let header else { return [] }
        return try check(FormText.pairs(header).map { ($0.name, $0.value) }, max: perObjectMax)
    }

    static func check(_ pairs: [(String, String)], max: Int) throws(ServiceProblem) -> [Datum] {
        guard pairs.count <= max else {
            throw ServiceProblem("BadRequest", "Object tags cannot be greater than \(max)")
        }
        guard Set(pairs.map(\.0)).count == pairs.count else {
            throw ServiceProblem("InvalidTag", "Cannot provide multiple Tags with the same key")
        }
        for (key, value) in pairs {
            guard (1...128).contains(key.unicodeScalars.count), value.unicodeScalars.count <= 256 else {
                throw ServiceProblem("InvalidTag", "The TagKey or TagValue you have provided is too long")
            }
            if key.hasPrefix("aws:") {
                throw ServiceProblem("InvalidTag", "System tags cannot be added/updated by requester")
            }
        }
        return pairs.map { ["Key": .text($0.0), "Value": .text($0.1)] }
    }
}
