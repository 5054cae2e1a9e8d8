internal import AWSProtocol
internal import Core
internal import Crypto
internal import Database
internal import Records
internal import XML

/// Uploads under way, and their parts.
enum MultipartListing {
    static func parts(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let upload = try Multipart.find(visit)
        let request = visit.request
        guard let after = Int(request.parameter("part-number-marker") ?? "0"),
            let asked = Int(request.parameter("max-parts") ?? "1000"), asked >= 0
        else { throw ObjectProblem.invalid("part-number-marker and max-parts must be whole numbers") }
        let there = try visit.desk.shelf.read { database throws(Fault) in try Multipart.parts(of: upload.id, database) }
        let left = there.filter { $0.number > after }
        let part = Array(left.prefix(min(asked, 1000)))
        return ObjectAnswer("ListPartsResult", fields: visit.abortion(begun: upload.begun)) { xml in
            xml.element("Bucket", visit.bucketName)
            xml.element("Key", visit.key)
            xml.element("UploadId", upload.id)
            xml.element("PartNumberMarker", "\(after)")
            if part.count < left.count { xml.element("NextPartNumberMarker", "\(part.last?.number ?? after)") }
            xml.element("MaxParts", "\(min(asked, 1000))")
            xml.element("IsTruncated", part.count < left.count ? "true" : "false")
            if let algorithm = upload.algorithm { xml.element("ChecksumAlgorithm", algorithm.rawValue) }
            for part in part {
                xml.open("Part")
                xml.element("PartNumber", "\(part.number)")
                xml.element("LastModified", ObjectTime.iso(part.modified))
                xml.element("ETag", "\"\(part.etag)\"")
                xml.element("Size", "\(part.size)")
                ObjectChecksums.write(part.checksums, to: &xml)
                xml.close("Part")
            }
            people(visit, to: &xml)
            xml.element("StorageClass", upload.storageClass)
        }
    }

    private static func people(_ visit: ObjectVisit, to xml: inout XMLWriter) {
        for word in ["Initiator", "Owner"] {
            xml.open(word)
            xml.element("ID", visit.desk.account)
            xml.close(word)
        }
    }

    static func uploads(_ visit: ObjectVisit) throws(ServiceProblem) -> ObjectAnswer {
        let question = try Listing.Question(visit)
        let (keyMarker, idMarker) = (
            visit.request.parameter("key-marker") ?? "", visit.request.parameter("upload-id-marker") ?? ""
        )
        let rows = try visit.desk.shelf.read { database throws(Fault) in
            try database.rows(
                """
                SELECT id, key, begun, body FROM uploads WHERE bucket = ?1
                AND (key > ?2 OR key = ?2 AND rowid > (SELECT rowid FROM uploads WHERE id = ?3)) ORDER BY key, rowid
                """, [.text(question.bucket), .text(keyMarker), .text(idMarker)], Multipart.Upload.init)
        }.filter { $0.key.utf8.starts(with: question.prefix.utf8) }
        var groups: [String] = []
        var shown: [Multipart.Upload] = []
        var isTruncated = false
        for row in rows {
            if let group = question.group(of: row.key) {
                if groups.last == group || group == keyMarker { continue }
                if shown.count + groups.count == question.limit { isTruncated = true; break }
                groups.append(group)
            } else {
                if shown.count + groups.count == question.limit { isTruncated = true; break }
                shown.append(row)
            }
        }
        return ObjectAnswer("ListMultipartUploadsResult") { xml in
            xml.element("Bucket", visit.bucketName)
            xml.element("KeyMarker", question.shown(keyMarker))
            xml.element("UploadIdMarker", idMarker)
            if isTruncated {
                let isGroupLast = (groups.last ?? "") > (shown.last?.key ?? "")
                xml.element("NextKeyMarker", question.shown(isGroupLast ? groups.last ?? "" : shown.last?.key ?? ""))
                xml.element("NextUploadIdMarker", isGroupLast ? "" : shown.last?.id ?? "")
            }
            xml.element("Prefix", question.shown(question.prefix))
            if !question.delimiter.isEmpty { xml.element("Delimiter", question.shown(question.delimiter)) }
            xml.element("MaxUploads", "\(question.limit)")
            if question.isEncoded { xml.element("EncodingType", "url") }
            xml.element("IsTruncated", isTruncated ? "true" : "false")
            for upload in shown {
                xml.open("Upload")
                xml.element("Key", question.shown(upload.key))
                xml.element("UploadId", upload.id)
                xml.element("Initiated", ObjectTime.iso(upload.begun))
                people(visit, to: &xml)
                xml.element("StorageClass", upload.storageClass)
                if let algorithm = upload.algorithm { xml.element("ChecksumAlgorithm", algorithm.rawValue) }
                xml.close("Upload")
            }
            question.write(groups: groups, to: &xml)
        }
    }
}
