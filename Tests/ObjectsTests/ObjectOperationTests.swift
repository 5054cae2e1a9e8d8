import Core
import Testing

@testable import Objects

/// Which operation a request is, and which are none: what is not offered is never taken for another.
@Suite struct ObjectOperationTests {
    private static func request(_ method: String, _ target: String, _ fields: [String: String] = [:]) -> ObjectRequest {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return ObjectRequest(
            method: method, rawPath: parts[0], rawQuery: parts.count > 1 ? parts[1] : "", fields: fields,
            hosts: StoreHosts())
    }

    private static func name(_ method: String, _ target: String, _ fields: [String: String] = [:]) -> String? {
        ObjectOperation.find(request(method, target, fields))?.name
    }

    @Test(arguments: [
        ("GET", "/", "ListBuckets"), ("GET", "/?prefix=a&max-buckets=2&bucket-region=eu-west-1", "ListBuckets"),
        ("GET", "/b", "ListObjects"), ("GET", "/b/?prefix=a&marker=b&max-keys=1", "ListObjects"),
        ("GET", "/b?list-type=2&fetch-owner=true&continuation-token=x", "ListObjectsV2"),
        ("GET", "/b?versions&key-marker=k", "ListObjectVersions"), ("GET", "/b?uploads=", "ListMultipartUploads"),
        ("PUT", "/b", "CreateBucket"), ("DELETE", "/b?x-id=DeleteBucket", "DeleteBucket"),
        ("GET", "/b/k?versionId=v&partNumber=1&response-content-type=a%2Fb", "GetObject"), ("PUT", "/b/k", "PutObject"),
        ("PUT", "/b/k?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&content-type=d", "PutObject"),
        ("GET", "/b/k?AWSAccessKeyId=a&Signature=b&Expires=1&versionId=v", "GetObject"),
        ("PUT", "/b/k?AWSAccessKeyId=a&Signature=b&Expires=1&content-type=c&x-amz-meta-a=d", "PutObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"), ("GET", "/b/k?uploadId=u&max-parts=1", "ListParts"),
        ("DELETE", "/b/k?versionId=v", "DeleteObject"), ("DELETE", "/b/k?tagging&versionId=v", "DeleteObjectTagging"),
    ])
    func theseAreOffered(_ method: String, _ target: String, _ name: String) {
        #expect(Self.name(method, target) == name)
    }

    @Test(arguments: [
        ("PUT", "/b/k?annotation&annotationName=n"), ("DELETE", "/b/k?annotation&annotationName=n"),
        ("DELETE", "/b?metadataConfiguration"), ("GET", "/b?abac"), ("PUT", "/b?abac"),
        ("PUT", "/b?intelligent-tiering"),
        ("PUT", "/b/k?encryption"), ("PUT", "/b/k?versionId=v"), ("DELETE", "/b?tomorrow"), ("GET", "/b/k?VersionId=v"),
        ("GET", "/b/k?uploads"), ("DELETE", "/b/k?version%49d=v&later"), ("PUT", "/b?versioning&later"),
        // Without a signature in the query these are no proof of anything.
        ("PUT", "/b/k?Expires=1"), ("PUT", "/b/k?content-type=a"), ("GET", "/?max-directory-buckets=1"),
    ])
    func theseAreNone(_ method: String, _ target: String) { #expect(Self.name(method, target) == nil) }

    @Test func whatIsNotOfferedIsNamed() {
        let request = Self.request("PUT", "/b/k?X-Amz-Signature=s&annotation&annotationName=n")
        #expect(request.wanted == "PUT /BUCKET/KEY?annotation&annotationName")
    }

    @Test func hostNamesTheBucket() {
        let request = Self.request("PUT", "/models/line.onnx", ["host": "backup.localhost:8400"])
        #expect((request.bucket, request.key) == ("backup", "models/line.onnx"))
        #expect(request.hostBucket == "backup")
        #expect(Self.request("GET", "/", ["host": "backup.localhost"]).arn == "arn:aws:s3:::backup")
    }

    // MARK: fields that nobody heeds

    @Test(arguments: [
        ("PUT", "/b", "x-amz-acl", "public-read"), ("PUT", "/b/k", "x-amz-acl", "authenticated-read"),
        ("PUT", "/b/k", "x-amz-grant-read", "id=x"), ("PUT", "/b", "x-amz-bucket-object-lock-enabled", "true"),
        ("PUT", "/b", "x-amz-bucket-namespace", "account-regional"), ("PUT", "/b/k", "x-amz-write-offset-bytes", "1"),
        ("PUT", "/b/k", "x-amz-object-lock-legal-hold", "ON"), ("PUT", "/b/k", "x-amz-checksum-sha512", "x"),
        ("PUT", "/b/k", "x-amz-trailer", "x-amz-checksum-md5"), ("PUT", "/b/k", "x-amz-checksum-algorithm", "ROT13"),
        ("PUT", "/b/k", "x-amz-server-side-encryption-aws-kms-key-id", "k"),
        ("GET", "/b/k", "x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("PUT", "/b/k", "if-unmodified-since", "Thu, 01 Dec 2030 16:00:00 GMT"), ("PUT", "/b?policy", "if-match", "x"),
        ("DELETE", "/b/k", "x-amz-if-match-size", "3"), ("DELETE", "/b/k", "if-none-match", "*"),
        ("DELETE", "/b/k?uploadId=u", "x-amz-if-match-initiated-time", "Thu, 01 Dec 2030 16:00:00 GMT"),
    ])
    func theseAreRefusedByName(_ method: String, _ target: String, _ field: String, _ value: String) throws {
        let request = Self.request(method, target, [field: value])
        let operation = try #require(ObjectOperation.find(request))
        let problem = #expect(throws: ServiceProblem.self) { try RefusedFields.check(request, operation) }
        let message = try #require(problem).message.lowercased()
        #expect(message.contains(field) || message.contains(value.lowercased()), "\(message)")
    }

    @Test(arguments: [
        ("PUT", "/b", "x-amz-acl", "private"), ("PUT", "/b/k", "x-amz-acl", "bucket-owner-full-control"),
        ("PUT", "/b", "x-amz-bucket-object-lock-enabled", "False"), ("PUT", "/b/k", "if-none-match", "*"),
        ("DELETE", "/b/k", "if-match", "x"), ("GET", "/b/k", "if-modified-since", "Thu, 01 Dec 2030 16:00:00 GMT"),
        ("GET", "/b/k", "x-amz-checksum-mode", "ENABLED"), ("PUT", "/b/k", "x-amz-checksum-crc64nvme", "x"),
        ("PUT", "/b/k", "x-amz-checksum-algorithm", "crc32c"), ("PUT", "/b/k", "x-amz-request-payer", "requester"),
        ("PUT", "/b/k", "x-amz-colour", "red"), ("PUT", "/b/k", "x-amz-object-annotation-directive", "EXCLUDE"),
    ])
    func theseAreTaken(_ method: String, _ target: String, _ field: String, _ value: String) throws {
        let request = Self.request(method, target, [field: value])
        try RefusedFields.check(request, try #require(ObjectOperation.find(request)))
    }

    // MARK: leave

    @Test(
        arguments: [
            ("GET", "/b/k?attributes", [:], ["GetObject", "GetObjectAttributes"]),
            ("GET", "/b/k?attributes&versionId=v", [:], ["GetObjectVersion", "GetObjectVersionAttributes"]),
            ("GET", "/b/k?acl&versionId=v", [:], ["GetObjectVersionAcl"]), ("HEAD", "/b/k", [:], ["GetObject"]),
            ("PUT", "/b/k", [:], ["PutObject"]), ("PUT", "/b/k", ["x-amz-tagging": ""], ["PutObject"]),
            ("PUT", "/b/k", ["x-amz-tagging": "a=b"], ["PutObject", "PutObjectTagging"]),
            ("POST", "/b/k?uploads", ["x-amz-tagging": "a=b"], ["PutObject", "PutObjectTagging"]),
            ("PUT", "/b", ["x-amz-object-ownership": "ObjectWriter"], ["CreateBucket", "PutBucketOwnershipControls"]),
        ] as [(String, String, [String: String], [String])])
    func theseHaveToBeAllowed(_ method: String, _ target: String, _ fields: [String: String], _ actions: [String])
        throws
    {
        let request = Self.request(method, target, fields)
        #expect(try #require(ObjectOperation.find(request)).actions(for: request) == actions)
    }

    @Test(
        arguments: [
            ("s3:RequestObjectTag/class", ["secret"]), ("s3:RequestObjectTagKeys", ["class", "line"]),
            ("s3:x-amz-copy-source", ["a/b c"]), ("s3:x-amz-storage-class", ["GLACIER"]), ("s3:VersionId", ["v"]),
            ("s3:if-none-match", ["*"]), ("s3:authType", ["REST-HEADER"]),
            ("s3:signatureversion", ["AWS4-HMAC-SHA256"]),
            ("s3:if-match", nil), ("s3:x-amz-acl", nil), ("s3:ResourceAccount", ["123456789012"]),
        ] as [(String, [String]?)])
    func thesePoliciesMayAsk(_ key: String, _ values: [String]?) {
        let request = Self.request(
            "PUT", "/b/k?versionId=v",
            [
                "x-amz-tagging": "class=secret&line=7", "x-amz-copy-source": "/a/b%20c?versionId=1",
                "x-amz-storage-class": "GLACIER", "if-none-match": "*",
            ])
        #expect(ObjectFacts.all(of: request, isOldStyle: false, account: "123456789012")[key] == values)
    }
}
