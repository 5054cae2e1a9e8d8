internal import AWSProtocol
internal import Core
internal import Database
internal import Records
internal import XML

/// Objects removed, or hidden behind a marker.
enum Deletion {
    private static let keysMax = 1000

    static let all = [
        ObjectOperation(
            "DeleteObject", "DELETE", .object, takes: ["versionId"], conditions: ["if-match"], asking: .byItself
        ) { visit throws(ServiceProblem) in try removeOne(visit) },
        ObjectOperation("DeleteObjects", "POST", .bucket, ["delete"], asking: .byItself) {
            visit throws(ServiceProblem) in try removeMany(visit)
        },
    ]

    /// What somebody wants gone.
    private struct Wish: Sendable {
        let key: String
        let version: String?
        /// Only where it is still this.
        let match: String?
        /// Other conditions, which nobody heeds here.
        let strange: String?

        init(_ request: ObjectRequest) {
            key = request.key
            version = request.versionID
            match = request.field("if-match")
            strange = nil
        }

        /// One of many; nil for what names no key.
        init?(_ element: XMLElement) {
            guard let key = element["Key"]?.text else { return nil }
            self.key = key
            version = element["VersionId"]?.text
            match = element["ETag"]?.text.trimmed
            strange = ["Size", "LastModifiedTime"].first { element[$0] != nil }
        }

        // > To perform conditional deletes with the If-Match header with the ETag value, you must have the
        // > s3:DeleteObject and s3:GetObject permissions.
        // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html>
        /// Leave is asked for each.
        func admit(_ visit: ObjectVisit) throws(ServiceProblem) {
            let names = match == nil || match == "*" ? ["DeleteObject"] : ["DeleteObject", "GetObject"]
            let facts = [
                "s3:VersionId": version.map { [$0] } ?? [], "s3:if-match": match.map { [$0] } ?? [],
            ]
            try visit.admit(
                names.map { ObjectOperation.action($0, version: version) }, on: visit.bucketName, key, facts)
            if let strange { throw ObjectProblem.notOffered("\(strange) of an object to delete") }
        }

        /// Why what is there may not go; to be asked in the change that takes it.
        func objection(_ bucket: String, _ database: Database) throws(Fault) -> ServiceProblem? {
            guard let match else { return nil }
            let there =
                if let version { try ObjectRows.version(bucket, key, version, database) } else {
                    try ObjectRows.latest(bucket, key, database)
                }
            do throws(ServiceProblem) { try ObjectWriting.check(match, names: there) } catch { return error }
            return nil
        }
    }

    /// One that is not there is as good as removed.
    private static func removeOne(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let wish = Wish(visit.request)
        try wish.admit(visit)
        _ = try visit.bucket()
        let (bucket, notice) = (visit.bucketName, Notice(visit))
        let outcome = try visit.desk.shelf.change { desk in
            if let objection = try wish.objection(bucket, desk.database) { throw objection }
            return try take(wish, bucket, notice, &desk)
        }
        visit.desk.notices.ring()
        visit.desk.blobs.remove(outcome.gone)
        var answer = ObjectAnswer(status: 204)
        if let version = outcome.version { answer.fields.append(("x-amz-version-id", version)) }
        if outcome.isMarker, outcome.version != nil { answer.fields.append(("x-amz-delete-marker", "true")) }
        return answer
    }

    private static func take(
        _ wish: Wish, _ bucket: String, _ notice: Notice, _ desk: inout RecordShelf.Desk
    ) throws -> ObjectRows.Outcome {
        let key = wish.key
        guard let record = desk.records[ObjectsDesk.bucket, bucket] else { throw ObjectProblem.noSuchBucket }
        if let version = wish.version {
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
        _ = try visit.bucket()
        let root = try ObjectDocument.read(visit.intake.document, root: "Delete")
        let elements = root.all("Object")
        let wishes = elements.compactMap(Wish.init)
        guard (1...keysMax).contains(elements.count), wishes.count == elements.count else {
            throw ObjectProblem.malformedXML
        }
        guard visit.request.field("content-md5") != nil || visit.intake.digests.found != nil else {
            throw ObjectProblem.request("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
        }
        let isQuiet = root["Quiet"]?.text.trimmed == "true"
        let leave = wishes.map { wish in Result { () throws(ServiceProblem) in try wish.admit(visit) } }
        let (bucket, notice) = (visit.bucketName, Notice(visit))
        // All in one change: a thousand would take a thousand turns of the disk.
        let outcomes = try visit.desk.shelf.change { desk -> [Result<ObjectRows.Outcome, ServiceProblem>] in
            try zip(wishes, leave).map { wish, leave in
                if case .failure(let problem) = leave { return .failure(problem) }
                // The others go all the same.
                if let objection = try wish.objection(bucket, desk.database) { return .failure(objection) }
                return .success(try take(wish, bucket, notice, &desk))
            }
        }
        visit.desk.notices.ring()
        visit.desk.blobs.remove(outcomes.flatMap { (try? $0.get())?.gone ?? [] })
        return ObjectAnswer("DeleteResult") { xml in
            for (wish, result) in zip(wishes, outcomes) { write(wish, result, isQuiet, to: &xml) }
        }
    }

    private static func write(
        _ wish: Wish, _ result: Result<ObjectRows.Outcome, ServiceProblem>, _ isQuiet: Bool, to xml: inout XMLWriter
    ) {
        switch result {
        case .success(let outcome):
            if isQuiet { return }
            xml.open("Deleted")
            xml.element("Key", wish.key)
            if let version = wish.version { xml.element("VersionId", version) }
            if outcome.isMarker, let made = outcome.version {
                xml.element("DeleteMarker", "true")
                xml.element("DeleteMarkerVersionId", made)
            }
            xml.close("Deleted")
        case .failure(let problem):
            xml.open("Error")
            xml.element("Key", wish.key)
            if let version = wish.version { xml.element("VersionId", version) }
            xml.element("Code", problem.code)
            xml.element("Message", problem.message)
            xml.close("Error")
        }
    }
}
