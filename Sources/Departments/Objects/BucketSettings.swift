internal import AWSProtocol
internal import Core
internal import JSON
internal import Policies
internal import Records
internal import XML

/// What is set of a bucket: versioning, encryption, policy, tags, and documents that are kept as they came.
enum BucketSettings {
    static let all = versioning + encryption + policy + tagging + documents + constants

    static func change(
        _ visit: ObjectVisit, status: Int = 200, _ body: @escaping @Sendable (inout DatumMap) -> Void
    ) throws(ServiceProblem) -> ObjectAnswer {
        let name = visit.bucketName
        try visit.desk.shelf.change { desk in
            guard var bucket = desk.records[ObjectsDesk.bucket, name]?.map else { throw ObjectProblem.noSuchBucket }
            body(&bucket)
            desk.records[ObjectsDesk.bucket, name] = .map(bucket)
        }
        return ObjectAnswer(status: status)
    }

    // MARK: versioning

    private static let versioning = [
        ObjectOperation("GetBucketVersioning", "GET", .bucket, ["versioning"]) { visit throws(ServiceProblem) in
            let state = try visit.bucket()["versioning"]?.text
            return ObjectAnswer("VersioningConfiguration") { xml in if let state { xml.element("Status", state) } }
        },
        ObjectOperation("PutBucketVersioning", "PUT", .bucket, ["versioning"]) { visit throws(ServiceProblem) in
            let root = try ObjectDocument.read(visit.intake.document, root: "VersioningConfiguration")
            guard let state = root["Status"]?.text, state == "Enabled" || state == "Suspended" else {
                throw ObjectProblem.malformedXML
            }
            guard root["MfaDelete"]?.text != "Enabled" else { throw ObjectProblem.notOffered("MfaDelete") }
            return try change(visit) { $0["versioning"] = .text(state) }
        },
    ]

    // MARK: encryption

    private static let encryption = [
        ObjectOperation(
            "GetBucketEncryption", "GET", .bucket, ["encryption"], action: "GetEncryptionConfiguration"
        ) { visit throws(ServiceProblem) in
            _ = try visit.bucket()
            return ObjectAnswer("ServerSideEncryptionConfiguration") { xml in
                xml.open("Rule")
                xml.open("ApplyServerSideEncryptionByDefault")
                xml.element("SSEAlgorithm", "AES256")
                xml.close("ApplyServerSideEncryptionByDefault")
                xml.element("BucketKeyEnabled", "false")
                xml.close("Rule")
            }
        },
        ObjectOperation(
            "PutBucketEncryption", "PUT", .bucket, ["encryption"], action: "PutEncryptionConfiguration"
        ) { visit throws(ServiceProblem) in
            let root = try ObjectDocument.read(visit.intake.document, root: "ServerSideEncryptionConfiguration")
            let words = root.all("Rule").compactMap { $0["ApplyServerSideEncryptionByDefault"]?["SSEAlgorithm"]?.text }
            guard let word = words.first, words.count == 1 else { throw ObjectProblem.malformedXML }
            guard word == "AES256" else {
                throw ObjectProblem.invalid(
                    "This hub seals objects with AES256; \(word) needs a key service that it has not.")
            }
            return try change(visit) { $0["encryption"] = .text(word) }
        },
        // Objects are sealed whether it is asked for or not.
        ObjectOperation(
            "DeleteBucketEncryption", "DELETE", .bucket, ["encryption"], action: "PutEncryptionConfiguration"
        ) { visit throws(ServiceProblem) in try change(visit, status: 204) { $0["encryption"] = nil } },
    ]

    // MARK: policy

    private static let policy = [
        ObjectOperation("GetBucketPolicy", "GET", .bucket, ["policy"]) { visit throws(ServiceProblem) in
            guard let text = try visit.bucket()["policy"]?.text else {
                throw ObjectProblem.missing("NoSuchBucketPolicy", "The bucket policy does not exist")
            }
            return ObjectAnswer(text: Array(text.utf8), type: "application/json")
        },
        ObjectOperation("PutBucketPolicy", "PUT", .bucket, ["policy"]) { visit throws(ServiceProblem) in
            let text = visit.intake.document
            do throws(PolicyRefusal) { _ = try PolicyDocument(parsing: text, as: .resource) } catch {
                throw ServiceProblem("MalformedPolicy", error.reason)
            }
            try checkScope(of: text, visit.bucketName)
            return try change(visit, status: 204) { $0["policy"] = .text(String(decoding: text, as: UTF8.self)) }
        },
        ObjectOperation("DeleteBucketPolicy", "DELETE", .bucket, ["policy"]) { visit throws(ServiceProblem) in
            try change(visit, status: 204) { $0["policy"] = nil }
        },
        ObjectOperation("GetBucketPolicyStatus", "GET", .bucket, ["policyStatus"]) { visit throws(ServiceProblem) in
            guard try visit.bucket()["policy"] != nil else {
                throw ObjectProblem.missing("NoSuchBucketPolicy", "The bucket policy does not exist")
            }
            return ObjectAnswer("PolicyStatus") { $0.element("IsPublic", "false") }
        },
    ]

    /// A bucket's policy speaks of the object store, and of this bucket.
    private static func checkScope(of text: [UInt8], _ bucket: String) throws(ServiceProblem) {
        func words(_ datum: Datum?) -> [String] { datum?.text.map { [$0] } ?? datum?.list?.compactMap(\.text) ?? [] }
        let statements = (try? Datum(json: text))?["Statement"]
        for statement in statements?.list ?? [statements].compactMap(\.self) {
            let actions = words(statement["Action"]) + words(statement["NotAction"])
            guard actions.allSatisfy({ $0 == "*" || $0.lowercased().hasPrefix("s3:") }) else {
                throw ServiceProblem("MalformedPolicy", "Policy has invalid action")
            }
            let home = "arn:aws:s3:::\(bucket)"
            let resources = words(statement["Resource"]) + words(statement["NotResource"])
            guard resources.allSatisfy({ $0 == home || $0.hasPrefix(home + "/") || $0 == home + "*" }) else {
                throw ServiceProblem("MalformedPolicy", "Policy has invalid resource")
            }
        }
    }

    // MARK: tags

    private static let tagging = [
        ObjectOperation("GetBucketTagging", "GET", .bucket, ["tagging"]) { visit throws(ServiceProblem) in
            guard let tags = try visit.bucket()["tags"]?.list else {
                throw ObjectProblem.missing("NoSuchTagSet", "The TagSet does not exist")
            }
            return ObjectTags.shown(tags)
        },
        ObjectOperation("PutBucketTagging", "PUT", .bucket, ["tagging"]) { visit throws(ServiceProblem) in
            let tags = try ObjectTags.read(visit.intake.document, max: 50)
            return try change(visit, status: 204) { $0["tags"] = .list(tags) }
        },
        ObjectOperation(
            "DeleteBucketTagging", "DELETE", .bucket, ["tagging"], action: "PutBucketTagging"
        ) { visit throws(ServiceProblem) in try change(visit, status: 204) { $0["tags"] = nil } },
    ]

    // MARK: documents

    static let ownershipMark = "ownershipControls"

    /// Kept and given back: nothing here is public, and everything belongs to the bucket's owner, whatever they say.
    private static let kept: [(mark: String, word: String, action: String, root: String, code: String)] = [
        (
            "publicAccessBlock", "PublicAccessBlock", "BucketPublicAccessBlock", "PublicAccessBlockConfiguration",
            "NoSuchPublicAccessBlockConfiguration"
        ),
        (
            ownershipMark, "BucketOwnershipControls", "BucketOwnershipControls", "OwnershipControls",
            "OwnershipControlsNotFoundError"
        ),
    ]

    private static let documents = kept.flatMap { mark, word, action, root, code in
        [
            ObjectOperation("Get\(word)", "GET", .bucket, [mark], action: "Get\(action)") {
                visit throws(ServiceProblem) in
                guard let text = try visit.bucket()[mark]?.text else {
                    throw ObjectProblem.missing(code, "The \(mark) configuration does not exist")
                }
                return ObjectAnswer(text: Array(text.utf8), type: "application/xml")
            },
            ObjectOperation("Put\(word)", "PUT", .bucket, [mark], action: "Put\(action)") {
                visit throws(ServiceProblem) in
                let text = visit.intake.document
                guard try !ObjectDocument.read(text, root: root).children.isEmpty else {
                    throw ObjectProblem.malformedXML
                }
                return try change(visit) { $0[mark] = .text(String(decoding: text, as: UTF8.self)) }
            },
            ObjectOperation("Delete\(word)", "DELETE", .bucket, [mark], action: "Put\(action)") {
                visit throws(ServiceProblem) in
                try change(visit, status: 204) { $0[mark] = nil }
            },
        ]
    }

    // MARK: what is never set

    /// What other programs ask every bucket for, and what is so for all of them.
    private static let constants =
        [
            (
                "website", "GetBucketWebsite", "GetBucketWebsite", "NoSuchWebsiteConfiguration",
                "The specified bucket does not have a website configuration"
            ),
            (
                "replication", "GetBucketReplication", "GetReplicationConfiguration",
                "ReplicationConfigurationNotFoundError", "The replication configuration was not found"
            ),
            (
                "object-lock", "GetObjectLockConfiguration", "GetBucketObjectLockConfiguration",
                "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"
            ),
        ].map { mark, name, action, code, words in
            ObjectOperation(name, "GET", .bucket, [mark], action: action) { visit throws(ServiceProblem) in
                _ = try visit.bucket()
                throw ObjectProblem.missing(code, words)
            }
        }
        + [
            (
                "accelerate", "GetBucketAccelerateConfiguration", "GetAccelerateConfiguration",
                "AccelerateConfiguration"
            ),
            ("logging", "GetBucketLogging", "GetBucketLogging", "BucketLoggingStatus"),
        ]
        .map { mark, name, action, root in
            ObjectOperation(name, "GET", .bucket, [mark], action: action) { visit throws(ServiceProblem) in
                _ = try visit.bucket()
                return ObjectAnswer(root) { _ in }
            }
        }
        + [
            ObjectOperation("GetBucketRequestPayment", "GET", .bucket, ["requestPayment"]) {
                visit throws(ServiceProblem) in
                _ = try visit.bucket()
                return ObjectAnswer("RequestPaymentConfiguration") { $0.element("Payer", "BucketOwner") }
            },
            ObjectOperation("GetBucketAcl", "GET", .bucket, ["acl"]) { visit throws(ServiceProblem) in
                _ = try visit.bucket()
                return AccessList.answer(visit.desk.account)
            },
        ]
}

/// Everything belongs to the account, and access is for policies to decide.
enum AccessList {
    static func answer(_ account: String) -> ObjectAnswer {
        ObjectAnswer("AccessControlPolicy") { xml in
            xml.open("Owner")
            xml.element("ID", account)
            xml.close("Owner")
            xml.open("AccessControlList")
            xml.open("Grant")
            xml.open(
                "Grantee", [("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:type", "CanonicalUser")])
            xml.element("ID", account)
            xml.close("Grantee")
            xml.element("Permission", "FULL_CONTROL")
            xml.close("Grant")
            xml.close("AccessControlList")
        }
    }
}
