internal import AWSProtocol
internal import Core
internal import Records
internal import XML

/// Which pages of other places may ask a bucket.
enum BucketCORS {
    /// The setting of a bucket that holds its rules.
    static let mark = "cors"
    private static let rulesMax = 100
    /// Rules are looked through on every request: S3 has this limit too.
    private static let documentBytesMax = 64 << 10

    static let all = [
        ObjectOperation("GetBucketCors", "GET", .bucket, ["cors"], action: "GetBucketCORS") {
            visit throws(ServiceProblem) in
            let rules = CORSRule.all(of: try visit.bucket())
            guard !rules.isEmpty else {
                throw ObjectProblem.missing("NoSuchCORSConfiguration", "The CORS configuration does not exist")
            }
            return ObjectAnswer("CORSConfiguration") { xml in for rule in rules { rule.write(to: &xml) } }
        },
        ObjectOperation("PutBucketCors", "PUT", .bucket, ["cors"], action: "PutBucketCORS") {
            visit throws(ServiceProblem) in
            let rules = try read(visit.intake.document)
            return try BucketSettings.change(visit) { $0[mark] = .list(rules.map(\.datum)) }
        },
        ObjectOperation("DeleteBucketCors", "DELETE", .bucket, ["cors"], action: "PutBucketCORS") {
            visit throws(ServiceProblem) in
            try BucketSettings.change(visit, status: 204) { $0[mark] = nil }
        },
    ]

    static func read(_ document: [UInt8]) throws(ServiceProblem) -> [CORSRule] {
        guard document.count <= documentBytesMax else {
            throw ObjectProblem.request("A CORS configuration may have at most \(documentBytesMax >> 10) KiB.")
        }
        let root = try ObjectDocument.read(document, root: "CORSConfiguration")
        guard (1...rulesMax).contains(root.children.count), root.children.allSatisfy({ $0.name == "CORSRule" }) else {
            throw ObjectProblem.malformedXML
        }
        var rules: [CORSRule] = []
        for element in root.children { rules.append(try CORSRule(element)) }
        return rules
    }
}
