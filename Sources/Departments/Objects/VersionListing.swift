internal import AWSProtocol
internal import Core
internal import Database
internal import Records
internal import XML

/// Every version of every key, the newest first, markers among them.
enum VersionListing {
    private struct Page {
        var versions: [StoredObject] = []
        var groups: [String] = []
        var last: (key: String, version: String?)?
    }

    static func answer(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let question = try Listing.Question(visit)
        let (key, version) = (visit.request.parameter("key-marker"), visit.request.parameter("version-id-marker"))
        guard version == nil || version == "" || key != nil else {
            throw ObjectProblem.invalid("A version-id marker cannot be specified without a key marker.")
        }
        let page = try visit.desk.shelf.read { database throws(Fault) in
            try Self.page(question, key: key ?? "", version: version ?? "", database)
        }
        return ObjectAnswer("ListVersionsResult") { xml in
            question.write(
                to: &xml, name: visit.bucketName,
                tokens: [
                    ("KeyMarker", question.shown(key ?? "")), ("VersionIdMarker", version ?? ""),
                    ("NextKeyMarker", page.last.map { question.shown($0.key) }),
                    ("NextVersionIdMarker", page.last?.version),
                ])
            xml.element("IsTruncated", page.last == nil ? "false" : "true")
            for version in page.versions { write(version, question, visit.desk.account, to: &xml) }
            question.write(groups: page.groups, to: &xml)
        }
    }

    private static func write(
        _ object: StoredObject, _ question: Listing.Question, _ owner: String, to xml: inout XMLWriter
    ) {
        let root = object.isMarker ? "DeleteMarker" : "Version"
        xml.open(root)
        xml.element("Key", question.shown(object.key))
        xml.element("VersionId", object.version)
        xml.element("IsLatest", object.isLatest ? "true" : "false")
        xml.element("LastModified", ObjectTime.iso(object.modified))
        if !object.isMarker {
            xml.element("ETag", "\"\(object.etag)\"")
            xml.element("Size", "\(object.size)")
            xml.element("StorageClass", object.fields["x-amz-storage-class"]?.text ?? "STANDARD")
        }
        xml.open("Owner")
        xml.element("ID", owner)
        xml.close("Owner")
        xml.close(root)
    }

    /// From behind a version of a key, or from behind all versions of it.
    private static func page(
        _ question: Listing.Question, key: String, version: String, _ database: Database
    ) throws(Fault) -> Page {
        var page = Page()
        if question.limit == 0 { return page }
        var from = question.prefix
        var below = Int64.max
        if !key.isEmpty, !key.utf8.lexicographicallyPrecedes(question.prefix.utf8) {
            if question.group(of: key) == key {
                from = Listing.successor(key)
            } else if version.isEmpty {
                from = key + "\0"
            } else {
                from = key
                below = try ObjectRows.version(question.bucket, key, version, database)?.seq ?? 0
            }
        }
        var last: (key: String, version: String?)?
        while true {
            let left = question.limit - page.versions.count - page.groups.count
            let rows = try database.rows(
                """
                SELECT \(StoredObject.columns) FROM versions
                WHERE bucket = ?1 AND key >= ?2 AND (key > ?2 OR seq < ?3)
                ORDER BY key, seq DESC LIMIT ?4
                """, [.text(question.bucket), .text(from), .int(below), .int(Int64(left + 1))], StoredObject.init)
            var jump: String?
            for row in rows {
                guard row.key.utf8.starts(with: question.prefix.utf8) else { return page }
                if page.versions.count + page.groups.count == question.limit {
                    page.last = last
                    return page
                }
                if let group = question.group(of: row.key) {
                    page.groups.append(group)
                    last = (group, nil)
                    jump = Listing.successor(group)
                    break
                }
                page.versions.append(row)
                last = (row.key, row.version)
            }
            guard let jump else { return page }
            from = jump
            below = .max
        }
    }
}
