internal import AWSProtocol
internal import Core
internal import Database
internal import Records
internal import XML

/// What is in a bucket, in the order of its keys, part by part.
enum Listing {
    private static let keysMax = 1000
    private static let parameters = ["delimiter", "encoding-type", "max-keys", "prefix"]

    static let all = [
        ObjectOperation(
            "ListObjectsV2", "GET", .bucket, ["list-type"],
            takes: parameters + ["continuation-token", "fetch-owner", "start-after"], action: "ListBucket"
        ) { visit throws(ServiceProblem) in try second(visit) },
        ObjectOperation("ListObjects", "GET", .bucket, takes: parameters + ["marker"], action: "ListBucket") {
            visit throws(ServiceProblem) in try first(visit)
        },
        ObjectOperation(
            "ListObjectVersions", "GET", .bucket, ["versions"],
            takes: parameters + ["key-marker", "version-id-marker"],
            action: "ListBucketVersions"
        ) { visit throws(ServiceProblem) in try VersionListing.answer(visit) },
    ]

    /// What all lists are asked.
    struct Question {
        let bucket: String
        let prefix: String
        let delimiter: String
        let limit: Int
        let isEncoded: Bool

        init(_ visit: ObjectVisit) throws(ServiceProblem) {
            _ = try visit.bucket()
            let request = visit.request
            bucket = visit.bucketName
            prefix = request.parameter("prefix") ?? ""
            delimiter = request.parameter("delimiter") ?? ""
            let asked = request.parameter("max-keys") ?? request.parameter("max-uploads") ?? ""
            guard asked.isEmpty || Int(asked) ?? -1 >= 0 else {
                throw ObjectProblem.invalid("Provided max-keys not an integer or within integer range")
            }
            limit = min(Int(asked) ?? Listing.keysMax, Listing.keysMax)
            let coding = request.parameter("encoding-type")
            guard coding == nil || coding == "url" else {
                throw ObjectProblem.invalid("Invalid Encoding Method specified in Request")
            }
            isEncoded = coding == "url"
        }

        func shown(_ text: String) -> String { isEncoded ? PercentText.encoded(text, keepingSlash: true) : text }

        /// The part of a key up to the first delimiter behind the prefix.
        func group(of key: String) -> String? {
            guard !delimiter.isEmpty else { return nil }
            let rest = key.utf8.dropFirst(prefix.utf8.count)
            let mark = Array(delimiter.utf8)
            guard let place = rest.indices.first(where: { rest[$0...].starts(with: mark) }),
                let end = rest.index(place, offsetBy: mark.count, limitedBy: rest.endIndex)
            else { return nil }
            return String(key[..<end])
        }

        func write(to xml: inout XMLWriter, name: String, tokens: [(String, String?)]) {
            xml.element("Name", name)
            xml.element("Prefix", shown(prefix))
            for (word, value) in tokens { if let value { xml.element(word, value) } }
            if !delimiter.isEmpty { xml.element("Delimiter", shown(delimiter)) }
            xml.element("MaxKeys", "\(limit)")
            if isEncoded { xml.element("EncodingType", "url") }
        }

        func write(groups: [String], to xml: inout XMLWriter) {
            for group in groups {
                xml.open("CommonPrefixes")
                xml.element("Prefix", shown(group))
                xml.close("CommonPrefixes")
            }
        }
    }

    /// One part of a list.
    struct Page {
        var objects: [StoredObject] = []
        var groups: [String] = []
        /// Behind which key or group there is more; nil at the end.
        var last: String?
    }

    /// What no text with this beginning comes after.
    static func successor(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        while let last = scalars.popLast() {
            // Surrogates are no scalars: the one behind them follows the one before.
            let next = last.value == 0xd7ff ? 0xe000 : last.value + 1
            guard let scalar = Unicode.Scalar(next) else { continue }
            return String(String.UnicodeScalarView(scalars + [scalar]))
        }
        return ""
    }

    static func page(_ question: Question, after start: String?, _ visit: ObjectVisit) throws(ServiceProblem) -> Page {
        try visit.desk.shelf.read { database throws(Fault) in try page(question, after: start, database) }
    }

    private static func page(_ question: Question, after start: String?, _ database: Database) throws(Fault) -> Page {
        var page = Page()
        if question.limit == 0 { return page }
        let sql = """
            SELECT \(StoredObject.columns) FROM versions
            WHERE bucket = ?1 AND latest = 1 AND marker = 0 AND key >= ?2 ORDER BY key LIMIT ?3
            """
        var from = question.prefix
        if let start, !start.utf8.lexicographicallyPrecedes(question.prefix.utf8) {
            // Behind a group there is nothing of that group.
            from = question.group(of: start) == start ? successor(start) : start + "\0"
        }
        var lastSeen: String?
        while true {
            let left = question.limit - page.objects.count - page.groups.count
            let rows = try database.rows(
                sql, [.text(question.bucket), .text(from), .int(Int64(left + 1))], StoredObject.init)
            var jump: String?
            for row in rows {
                guard row.key.utf8.starts(with: question.prefix.utf8) else { return page }
                if page.objects.count + page.groups.count == question.limit {
                    page.last = lastSeen
                    return page
                }
                if let group = question.group(of: row.key) {
                    page.groups.append(group)
                    lastSeen = group
                    jump = successor(group)
                    break
                }
                page.objects.append(row)
                lastSeen = row.key
            }
            guard let jump else { return page }
            from = jump
        }
    }

    private static func write(_ object: StoredObject, _ question: Question, owner: String?, to xml: inout XMLWriter) {
        xml.open("Contents")
        xml.element("Key", question.shown(object.key))
        xml.element("LastModified", ObjectTime.iso(object.modified))
        xml.element("ETag", "\"\(object.etag)\"")
        if let word = object.checksums.keys.first(where: { $0 != "ChecksumType" }) {
            xml.element("ChecksumAlgorithm", String(word.dropFirst("Checksum".count)))
            xml.element("ChecksumType", object.checksums["ChecksumType"]?.text ?? "FULL_OBJECT")
        }
        xml.element("Size", "\(object.size)")
        if let owner {
            xml.open("Owner")
            xml.element("ID", owner)
            xml.close("Owner")
        }
        xml.element("StorageClass", object.fields["x-amz-storage-class"]?.text ?? "STANDARD")
        xml.close("Contents")
    }

    private static func second(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        guard visit.request.parameter("list-type") == "2" else { throw ObjectProblem.invalid("Invalid list-type") }
        let question = try Question(visit)
        let token = visit.request.parameter("continuation-token")
        var start = visit.request.parameter("start-after")
        if let token { start = try Paging.key(in: token, "InvalidArgument") }
        let page = try page(question, after: start, visit)
        let owner = visit.request.parameter("fetch-owner") == "true" ? visit.desk.account : nil
        return ObjectAnswer("ListBucketResult") { xml in
            question.write(
                to: &xml, name: visit.bucketName,
                tokens: [
                    ("StartAfter", visit.request.parameter("start-after").map(question.shown)),
                    ("ContinuationToken", token), ("NextContinuationToken", page.last.map { Paging.token(after: $0) }),
                    ("KeyCount", "\(page.objects.count + page.groups.count)"),
                ])
            xml.element("IsTruncated", page.last == nil ? "false" : "true")
            for object in page.objects { write(object, question, owner: owner, to: &xml) }
            question.write(groups: page.groups, to: &xml)
        }
    }

    private static func first(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let question = try Question(visit)
        let marker = visit.request.parameter("marker") ?? ""
        let page = try page(question, after: marker.isEmpty ? nil : marker, visit)
        return ObjectAnswer("ListBucketResult") { xml in
            question.write(
                to: &xml, name: visit.bucketName,
                tokens: [
                    ("Marker", question.shown(marker)),
                    ("NextMarker", question.delimiter.isEmpty ? nil : page.last.map(question.shown)),
                ])
            xml.element("IsTruncated", page.last == nil ? "false" : "true")
            for object in page.objects { write(object, question, owner: visit.desk.account, to: &xml) }
            question.write(groups: page.groups, to: &xml)
        }
    }
}
