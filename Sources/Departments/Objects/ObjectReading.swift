internal import AWSProtocol
internal import Core
internal import Crypto
internal import Records
internal import XML

/// Objects read: whole, in part, or their head alone.
enum ObjectReading {
    static let all = [
        ObjectOperation("GetObject", "GET", .object, takes: parameters, asking: .whenFound) {
            visit throws(ServiceProblem) in try get(visit)
        },
        ObjectOperation("HeadObject", "HEAD", .object, takes: parameters, action: "GetObject", asking: .whenFound) {
            visit throws(ServiceProblem) in try get(visit)
        },
        ObjectOperation("GetObjectAcl", "GET", .object, ["acl"], takes: ["versionId"], asking: .whenFound) {
            visit throws(ServiceProblem) in
            _ = try found(visit)
            return AccessList.answer(visit.desk.account)
        },
        ObjectOperation(
            "GetObjectAttributes", "GET", .object, ["attributes"], takes: ["versionId"],
            actions: ["GetObject", "GetObjectAttributes"], asking: .whenFound
        ) { visit throws(ServiceProblem) in try attributes(visit) },
    ]

    private static let parameters = ["versionId", "partNumber"] + overrides.keys

    static let overrides = [
        "response-content-type": "Content-Type", "response-content-disposition": "Content-Disposition",
        "response-content-encoding": "Content-Encoding", "response-content-language": "Content-Language",
        "response-cache-control": "Cache-Control", "response-expires": "Expires",
    ]

    /// What a request names, and leave for it: that may depend on its tags. `facts`: what else is known by now.
    static func found(_ visit: ObjectVisit, _ facts: [String: [String]] = [:]) throws(ServiceProblem) -> StoredObject {
        let sought = Result { () throws(ServiceProblem) in
            try ObjectRows.find(visit.desk, visit.bucketName, visit.key, version: visit.request.versionID)
        }
        let existing = ObjectFacts.existing((try? sought.get())?.tags ?? [])
        try visit.admit(
            visit.operation.actions(for: visit.request), on: visit.bucketName, visit.key, facts.merging(existing) { $1 }
        )
        do throws(ServiceProblem) { return try sought.get() } catch {
            // Who may not list the bucket does not learn either what is not in it.
            if error.code == "NoSuchKey" { try visit.admitListing() }
            throw error
        }
    }

    private static let attemptsMax = 5

    /// What was found may be overwritten before its bytes are held: then it is looked for once more.
    private static func get(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        for _ in 1..<attemptsMax {
            do throws(ServiceProblem) { return try attempt(visit) } catch {
                guard error == ObjectProblem.overtaken else { throw error }
            }
        }
        return try attempt(visit)
    }

    private static func attempt(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let object = try found(visit)
        do throws(ServiceProblem) { try Preconditions(visit.request).check(object) } catch {
            var problem = error
            for (name, value) in fields(of: object, visit) where !name.hasPrefix("x-amz-checksum-") {
                problem.fields[name] = value
            }
            throw problem
        }
        var answer = ObjectAnswer(fields: fields(of: object, visit))
        var range = 0..<object.size
        if let number = visit.request.parameter("partNumber").flatMap({ Int($0) }) {
            range = try part(number, of: object)
            answer.fields.append(("x-amz-mp-parts-count", "\(max(1, object.parts?.count ?? 1))"))
            if object.parts != nil { answer.status = 206 }
        } else if let asked = visit.request.field("range"), let found = try ByteRange.read(asked, of: object.size) {
            range = found
            answer.status = 206
        }
        if answer.status == 206 {
            // They are of the whole.
            answer.fields.removeAll { $0.0.hasPrefix("x-amz-checksum-") }
            answer.fields.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.size)"))
        }
        answer.length = range.count
        answer.type = object.fields["content-type"]?.text ?? "binary/octet-stream"
        for (name, value) in visit.request.query {
            guard let field = overrides[name] else { continue }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw ObjectProblem.invalid("\(name) holds what no header field may hold.")
            }
            answer.fields.removeAll { $0.0 == field }
            if field == "Content-Type" { answer.type = value } else { answer.fields.append((field, value)) }
        }
        guard visit.request.method == "GET" else { return answer }
        do throws(Fault) { answer.source = try BlobReader(object.blobs, range, in: visit.desk.blobs) } catch {
            throw error.code == .notFound ? ObjectProblem.overtaken : ServiceProblem(error)
        }
        return answer
    }

    private static func part(_ number: Int, of object: StoredObject) throws(ServiceProblem) -> Range<Int> {
        let sizes = object.parts?.map { $0["size"]?.whole ?? 0 } ?? [object.size]
        guard (1...sizes.count).contains(number) else {
            throw ServiceProblem("InvalidPartNumber", "The requested partnumber is not satisfiable", status: 416)
        }
        let start = sizes.prefix(number - 1).reduce(0, +)
        return start..<(start + sizes[number - 1])
    }

    /// What is told of an object beside its bytes.
    static func fields(of object: StoredObject, _ visit: ObjectVisit) -> [(String, String)] {
        var fields = [
            ("ETag", "\"\(object.etag)\""), ("Last-Modified", ObjectTime.http(object.modified)),
            ("Accept-Ranges", "bytes"), ("x-amz-server-side-encryption", "AES256"),
        ]
        for (name, value) in object.fields.members where name != "content-type" {
            let name = ObjectFields.shown[name] ?? name
            fields.append((name, value.text ?? ""))
        }
        if visit.desk.shelf.records[ObjectsDesk.bucket, visit.bucketName]?["versioning"] != nil {
            fields.append(("x-amz-version-id", object.version))
        }
        if !object.tags.isEmpty { fields.append(("x-amz-tagging-count", "\(object.tags.count)")) }
        if visit.request.field("x-amz-checksum-mode")?.uppercased() == "ENABLED" {
            fields += ObjectChecksums.fields(object.checksums)
        }
        return fields + visit.expiration(of: object)
    }

    private static func attributes(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let object = try found(visit)
        let wanted = Set((visit.request.field("x-amz-object-attributes") ?? "").split(separator: ",").map(\.trimmed))
        guard !wanted.isEmpty else { throw ObjectProblem.invalid("x-amz-object-attributes names nothing") }
        return ObjectAnswer(
            "GetObjectAttributesResponse", fields: [("Last-Modified", ObjectTime.http(object.modified))]
        ) { xml in
            if wanted.contains("ETag") { xml.element("ETag", object.etag) }
            if wanted.contains("Checksum"), !object.checksums.isEmpty {
                xml.open("Checksum")
                ObjectChecksums.write(object.checksums, to: &xml)
                xml.close("Checksum")
            }
            if wanted.contains("ObjectParts"), let parts = object.parts {
                xml.open("ObjectParts")
                xml.element("PartsCount", "\(parts.count)")
                xml.close("ObjectParts")
            }
            if wanted.contains("StorageClass") { xml.element("StorageClass", "STANDARD") }
            if wanted.contains("ObjectSize") { xml.element("ObjectSize", "\(object.size)") }
        }
    }
}

/// `bytes=0-9`, `bytes=9-` or `bytes=-9`.
enum ByteRange {
    /// Nil for what is no such range: then all of it is given, as the standard says.
    static func read(_ text: String, of size: Int) throws(ServiceProblem) -> Range<Int>? {
        guard text.hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, !ends[0].isEmpty || !ends[1].isEmpty,
            ends.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        if ends[0].isEmpty {
            let count = Int(ends[1]) ?? .max
            guard count > 0, size > 0 else { throw ObjectProblem.range(text, of: size) }
            return max(0, size - count)..<size
        }
        // What is too long to be read is behind every end.
        let start = Int(ends[0]) ?? .max
        let last = ends[1].isEmpty ? size - 1 : Int(ends[1]) ?? .max
        if !ends[1].isEmpty, last < start { return nil }
        guard start < size else { throw ObjectProblem.range(text, of: size) }
        return start..<(min(last, size - 1) + 1)
    }
}

/// What a request makes its answer depend on.
struct Preconditions {
    private let match: String?
    private let noneMatch: String?
    private let modified: Int64?
    private let unmodified: Int64?
    private let stops: ServiceProblem

    /// `prefix`: those of a copy's source have another name, and are refused differently.
    init(_ request: ObjectRequest, prefix: String = "") {
        match = request.field(prefix + "if-match")
        noneMatch = request.field(prefix + "if-none-match")
        modified = request.field(prefix + "if-modified-since").flatMap(ObjectTime.milliseconds(http:))
        unmodified = request.field(prefix + "if-unmodified-since").flatMap(ObjectTime.milliseconds(http:))
        stops = prefix.isEmpty ? ObjectProblem.notModified : ObjectProblem.precondition
    }

    func check(_ object: StoredObject) throws(ServiceProblem) {
        let seconds = object.modified / 1000
        if let match {
            guard Self.names(match, object.etag) else { throw ObjectProblem.precondition }
        } else if let unmodified, seconds > unmodified / 1000 {
            throw ObjectProblem.precondition
        }
        if let noneMatch {
            if Self.names(noneMatch, object.etag) { throw stops }
        } else if let modified, seconds <= modified / 1000 {
            throw stops
        }
    }

    static func names(_ list: String, _ etag: String) -> Bool {
        list.split(separator: ",").map(\.trimmed).contains { word in
            let bare = word.hasPrefix("W/") ? String(word.dropFirst(2)) : word
            return bare == "*" || bare == "\"\(etag)\"" || bare == etag
        }
    }
}

/// Checksums as they are kept: names as documents have them, and the sort of a multipart one.
enum ObjectChecksums {
    static func fields(_ checksums: DatumMap) -> [(String, String)] {
        checksums.members.map { name, value in
            name == "ChecksumType"
                ? ("x-amz-checksum-type", value.text ?? "")
                : ("x-amz-checksum-" + name.dropFirst("Checksum".count).lowercased(), value.text ?? "")
        }
    }

    static func write(_ checksums: DatumMap, to xml: inout XMLWriter) {
        for (name, value) in checksums.members { xml.element(name, value.text ?? "") }
    }
}
