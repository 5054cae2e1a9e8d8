internal import AWSProtocol
internal import Core
internal import Database
internal import Records
internal import XML

/// Buckets made, found and removed.
enum BucketOperations {
    private static let ownership = "x-amz-object-ownership"
    private static let ownerships = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]

    static let all = [
        ObjectOperation(
            "ListBuckets", "GET", .service, takes: ["max-buckets", "continuation-token", "prefix", "bucket-region"],
            action: "ListAllMyBuckets"
        ) { visit throws(ServiceProblem) in try list(visit) },
        ObjectOperation("CreateBucket", "PUT", .bucket, fieldActions: [ownership: "PutBucketOwnershipControls"]) {
            visit throws(ServiceProblem) in try create(visit)
        },
        ObjectOperation("HeadBucket", "HEAD", .bucket, action: "ListBucket") { visit throws(ServiceProblem) in
            _ = try visit.bucket()
            return ObjectAnswer(fields: [("x-amz-bucket-region", visit.desk.region)])
        },
        ObjectOperation("DeleteBucket", "DELETE", .bucket) { visit throws(ServiceProblem) in try remove(visit) },
        ObjectOperation("GetBucketLocation", "GET", .bucket, ["location"]) { visit throws(ServiceProblem) in
            let region = try visit.bucket()["region"]?.text ?? ""
            var xml = XMLWriter()
            xml.open("LocationConstraint", [("xmlns", ObjectAnswer.space)])
            // The first region has no name here.
            xml.text(region == "us-east-1" ? "" : region)
            xml.close("LocationConstraint")
            return ObjectAnswer(text: xml.bytes, type: "application/xml")
        },
    ]

    private static func list(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let records = visit.desk.shelf.records
        let asked = visit.request.parameter("max-buckets")
        guard let limit = asked.map({ Int($0) }) ?? 10_000, (1...10_000).contains(limit) else {
            throw ObjectProblem.invalid("Argument max-buckets must be an integer between 1 and 10000")
        }
        let region = visit.request.parameter("bucket-region")
        let keys = records.keys(ObjectsDesk.bucket, prefix: visit.request.parameter("prefix") ?? "").filter { name in
            region == nil || records[ObjectsDesk.bucket, name]?["region"]?.text == region
        }
        let (part, next) = try Paging.part(
            keys, token: visit.request.parameter("continuation-token"),
            limit: limit, invalid: "InvalidArgument")
        return ObjectAnswer("ListAllMyBucketsResult") { xml in
            xml.open("Owner")
            xml.element("ID", visit.desk.account)
            xml.close("Owner")
            xml.open("Buckets")
            for name in part {
                guard let bucket = records[ObjectsDesk.bucket, name] else { continue }
                xml.open("Bucket")
                xml.element("Name", name)
                xml.element("CreationDate", ObjectTime.iso(Int64(bucket["created"]?.whole ?? 0)))
                xml.element("BucketRegion", bucket["region"]?.text ?? "")
                xml.close("Bucket")
            }
            xml.close("Buckets")
            if let next { xml.element("ContinuationToken", next) }
        }
    }

    /// Lower-case letters, digits, points and hyphens; no address, and nothing that AWS keeps for itself. Nor does one end
    /// as `.s3`: as a host it would be another bucket, of `s3.NAME`.
    static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        func isPlain(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
        guard isPlain(first), isPlain(last), bytes.allSatisfy({ isPlain($0) || $0 == 45 || $0 == 46 }) else {
            return false
        }
        if name.contains("..") || name.contains(".-") || name.contains("-.") { return false }
        let parts = name.split(separator: ".")
        if parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) { return false }
        return !name.hasPrefix("xn--") && !["-s3alias", "--ol-s3", ".s3"].contains(where: name.hasSuffix)
    }

    private static func create(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let name = visit.bucketName
        guard isName(name) else {
            throw ServiceProblem("InvalidBucketName", "The specified bucket is not valid.")
        }
        let (region, home) = (try wantedRegion(visit), visit.desk.region)
        let controls = try controls(visit)
        let now = Datum.whole(Int(WallClock.milliseconds))
        try visit.desk.shelf.change { desk in
            if desk.records[ObjectsDesk.bucket, name] != nil {
                // In the first region one's own bucket may be made again.
                if home == "us-east-1", region == home { return }
                throw ServiceProblem(
                    "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you already own it.", status: 409)
            }
            var bucket: DatumMap = ["name": .text(name), "region": .text(region), "created": now]
            bucket[BucketSettings.ownershipMark] = controls
            desk.records[ObjectsDesk.bucket, name] = .map(bucket)
        }
        return ObjectAnswer(fields: [("Location", "/\(name)")])
    }

    /// Whose its objects are to be, as the document of that setting has it; nil where nothing is said.
    private static func controls(_ visit: ObjectVisit) throws(ServiceProblem) -> Datum? {
        guard let word = visit.request.field(ownership) else { return nil }
        guard ownerships.contains(word) else { throw ObjectProblem.invalid("\(ownership) is one of \(ownerships)") }
        let document = ObjectAnswer("OwnershipControls") { xml in
            xml.open("Rule")
            xml.element("ObjectOwnership", word)
            xml.close("Rule")
        }
        return .text(String(decoding: document.body, as: UTF8.self))
    }

    private static func wantedRegion(_ visit: ObjectVisit) throws(ServiceProblem) -> String {
        guard !visit.intake.document.isEmpty else {
            guard visit.desk.region == "us-east-1" else {
                throw ServiceProblem(
                    "IllegalLocationConstraintException",
                    "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
                )
            }
            return visit.desk.region
        }
        let root = try ObjectDocument.read(visit.intake.document, root: "CreateBucketConfiguration")
        if let other = root.children.first(where: { $0.name != "LocationConstraint" }) {
            throw ObjectProblem.notOffered("CreateBucketConfiguration/\(other.name)")
        }
        let wanted = root["LocationConstraint"]?.text.trimmed ?? ""
        if wanted == "us-east-1" || !wanted.isEmpty && !isRegion(wanted)
            || wanted.isEmpty && root["LocationConstraint"] != nil
        {
            throw ServiceProblem("InvalidLocationConstraint", "The specified location-constraint is not valid")
        }
        return wanted.isEmpty ? visit.desk.region : wanted
    }

    /// As `eu-central-1`.
    static func isRegion(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count >= 3 && parts[0].utf8.count == 2 && Int(parts[parts.count - 1]) != nil
            && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    private static func remove(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let name = visit.bucketName
        let gone = try visit.desk.shelf.change { desk -> [Blob] in
            guard desk.records[ObjectsDesk.bucket, name] != nil else { throw ObjectProblem.noSuchBucket }
            let rows = try desk.database.rows("SELECT 1 FROM versions WHERE bucket = ? LIMIT 1", [.text(name)]) {
                $0.int(0)
            }
            guard rows.isEmpty else {
                throw ServiceProblem(
                    "BucketNotEmpty",
                    "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
                    status: 409)
            }
            let parts = try desk.database.rows(
                """
                SELECT number, size, etag, modified, body FROM parts
                WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)
                """, [.text(name)], Multipart.Part.init)
            try desk.database.run(
                "DELETE FROM parts WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)", [.text(name)])
            try desk.database.run("DELETE FROM uploads WHERE bucket = ?", [.text(name)])
            desk.records[ObjectsDesk.bucket, name] = nil
            return parts.flatMap(\.blobs)
        }
        visit.desk.blobs.remove(gone)
        return ObjectAnswer(status: 204)
    }
}
