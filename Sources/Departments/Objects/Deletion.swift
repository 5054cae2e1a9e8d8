internal import AWSProtocol
internal import Core
internal import Records
internal import XML

/// Objects removed, or hidden behind a marker.
enum Deletion {
    private static let keysMax = 1000

    static let all = [
        ObjectOperation("DeleteObject", "DELETE", .object) { visit throws(ServiceProblem) in
            _ = try visit.bucket()
            let outcome = try remove(visit.key, visit.request.versionID, visit)
            var answer = ObjectAnswer(status: 204)
            if let version = outcome.version { answer.fields.append(("x-amz-version-id", version)) }
            if outcome.isMarker, outcome.version != nil { answer.fields.append(("x-amz-delete-marker", "true")) }
            return answer
        },
        ObjectOperation("DeleteObjects", "POST", .bucket, ["delete"], isFree: true) {
            visit throws(ServiceProblem) in
            try removeMany(visit)
        },
    ]

    /// One that is not there is as good as removed.
    private static func remove(
        _ key: String, _ version: String?, _ visit: ObjectVisit
    ) throws(ServiceProblem) -> ObjectRows.Outcome {
        let bucket = visit.bucketName
        let notice = Notice(visit)
        let outcome = try visit.desk.shelf.change { desk in try take(key, version, bucket, notice, &desk) }
        visit.desk.notices.ring()
        visit.desk.blobs.remove(outcome.gone)
        return outcome
    }

    private static func take(
        _ key: String, _ version: String?, _ bucket: String, _ notice: Notice, _ desk: inout RecordShelf.Desk
    ) throws -> ObjectRows.Outcome {
        guard let record = desk.records[ObjectsDesk.bucket, bucket] else { throw ObjectProblem.noSuchBucket }
        if let version {
            let found = try ObjectRows.take(bucket, key, version, desk.database)
            if let found { try notice.deleted(found, key, version: version, &desk) }
            return ObjectRows.Outcome(version: version, isMarker: found?.isMarker ?? false, gone: found?.blobs ?? [])
        }
        guard record["versioning"] != nil else {
            let found = try ObjectRows.take(bucket, key, StoredObject.nullVersion, desk.database)
            if let found { try notice.deleted(found, key, version: nil, &desk) }
            return ObjectRows.Outcome(gone: found?.blobs ?? [])
        }
        let outcome = try ObjectRows.add(nil, bucket, key, &desk)
        try notice.deleted(nil, key, version: outcome.version, &desk)
        return outcome
    }

    private static func removeMany(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let record = try visit.bucket()
        let root = try ObjectDocument.read(visit.intake.document, root: "Delete")
        let wanted = root.all("Object")
        guard (1...keysMax).contains(wanted.count), wanted.allSatisfy({ $0["Key"] != nil }) else {
            throw ObjectProblem.malformedXML
        }
        guard visit.request.field("content-md5") != nil || visit.intake.digests.found != nil else {
            throw ObjectProblem.request("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
        }
        let isQuiet = root["Quiet"]?.text.trimmed == "true"
        let asked = wanted.map { (key: $0["Key"]?.text ?? "", version: $0["VersionId"]?.text) }
        let leave = asked.map { key, version in
            Result { () throws(ServiceProblem) in try admit(key, version, record, visit) }
        }
        let (bucket, notice) = (visit.bucketName, Notice(visit))
        // All in one change: a thousand would take a thousand turns of the disk.
        let outcomes = try visit.desk.shelf.change { desk -> [ObjectRows.Outcome?] in
            try zip(asked, leave).map { asked, leave in
                guard case .success = leave else { return nil }
                return try take(asked.key, asked.version, bucket, notice, &desk)
            }
        }
        visit.desk.notices.ring()
        visit.desk.blobs.remove(outcomes.flatMap { $0?.gone ?? [] })
        let rows = zip(asked, zip(leave, outcomes)).map { asked, found in
            (asked.key, asked.version, found.0.map { found.1 ?? ObjectRows.Outcome() })
        }
        return ObjectAnswer("DeleteResult") { xml in
            for (key, version, result) in rows { write(key, version, result, isQuiet, to: &xml) }
        }
    }

    /// Leave is asked for each object.
    private static func admit(
        _ key: String, _ version: String?, _ record: Datum, _ visit: ObjectVisit
    ) throws(ServiceProblem) {
        guard let caller = visit.intake.caller else { throw ObjectProblem.noSuchBucket }
        try visit.desk.admit(
            caller, version == nil ? "s3:DeleteObject" : "s3:DeleteObjectVersion",
            on: "arn:aws:s3:::\(visit.bucketName)/\(key)", policy: record["policy"]?.text, visit.intake.surroundings)
    }

    private static func write(
        _ key: String, _ version: String?, _ result: Result<ObjectRows.Outcome, ServiceProblem>, _ isQuiet: Bool,
        to xml: inout XMLWriter
    ) {
        switch result {
        case .success(let outcome):
            if isQuiet { return }
            xml.open("Deleted")
            xml.element("Key", key)
            if let version { xml.element("VersionId", version) }
            if outcome.isMarker, let made = outcome.version {
                xml.element("DeleteMarker", "true")
                xml.element("DeleteMarkerVersionId", made)
            }
            xml.close("Deleted")
        case .failure(let problem):
            xml.open("Error")
            xml.element("Key", key)
            if let version { xml.element("VersionId", version) }
            xml.element("Code", problem.code)
            xml.element("Message", problem.message)
            xml.close("Error")
        }
    }
}
