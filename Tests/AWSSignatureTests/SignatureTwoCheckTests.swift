import AWSSignature
import Core
import Testing

/// What boto3 presigns is believed, and nothing near it.
@Suite struct SignatureTwoCheckTests {
    typealias Vector = SignatureTwoVector

    @Test func thereAreEnough() {
        #expect(Vector.all.count == 40 && Vector.all.contains { $0.credentials.sessionToken != nil })
        #expect(Vector.all.filter { $0.bucket != nil }.count > 15 && Vector.all.filter { $0.bucket == nil }.count > 15)
        #expect(Set(Vector.all.map(\.request.method)) == ["GET", "HEAD", "PUT", "POST", "DELETE"])
    }

    private static func refusal(
        _ vector: Vector, _ request: SignedRequest? = nil, late: Int64 = 0, key: AWSCredentials? = nil
    ) -> SignatureRefusal? {
        let key = key ?? vector.credentials
        do throws(SignatureRefusal) {
            let found = try SignatureTwoCheck().signer(
                of: request ?? vector.request, bucket: vector.bucket, at: SigningTime(seconds: vector.expires + late)
            ) { $0 == key.keyID ? key : nil }
            #expect(found == key)
            return nil
        } catch { return error }
    }

    @Test(arguments: Vector.all) func believesAnAddressUntilItExpires(_ vector: Vector) {
        #expect(Self.refusal(vector, late: -1000) == nil)
        #expect(Self.refusal(vector) == nil)
        #expect(Self.refusal(vector, late: 1) == .outOfTime("Request has expired"))
    }

    @Test(arguments: Vector.all) func signsWhatBotocoreSigns(_ vector: Vector) {
        let path = vector.bucket.map { "/\($0)\(vector.request.path)" } ?? vector.request.path
        let bare = path.dropFirst().contains("/") ? path : path + "/"
        let text = SignatureTwoText(vector.request, expires: String(vector.expires), path: bare)
        #expect(text?.description == vector.text)
    }

    @Test(arguments: Vector.all) func believesNothingElse(_ vector: Vector) {
        var other = vector.request
        other.method = other.method == "GET" ? "DELETE" : "GET"
        #expect(Self.refusal(vector, other) == .wrongSignature)
        other = vector.request
        other.path += "x"
        #expect(Self.refusal(vector, other) == .wrongSignature)
        for extra in ["acl", "uploadId=7", "response-content-type=text%2Fhtml", "x-amz-acl=public-read"] {
            other = vector.request
            other.query += "&" + extra
            #expect(Self.refusal(vector, other) == .wrongSignature, "\(extra)")
        }
        for field in [SignedRequest.Field("X-Amz-Acl", "public-read"), .init("Content-MD5", "AAAA")] {
            other = vector.request
            other.fields.append(field)
            #expect(Self.refusal(vector, other) == .wrongSignature, "\(field)")
        }
        other = vector.request
        other.query = other.query.replacing("Expires=\(vector.expires)", with: "Expires=\(vector.expires + 60)")
        #expect(other != vector.request && Self.refusal(vector, other) == .wrongSignature)
    }

    @Test(arguments: Vector.all) func anotherKeyIsNotBelieved(_ vector: Vector) {
        let real = vector.credentials
        let stranger = AWSCredentials(keyID: "AKIAX", secret: real.secret, sessionToken: real.sessionToken)
        #expect(Self.refusal(vector, key: stranger) == .unknownKey(real.keyID))
        let guess = AWSCredentials(keyID: real.keyID, secret: "guess", sessionToken: real.sessionToken)
        #expect(Self.refusal(vector, key: guess) == .wrongSignature)
        let lent = AWSCredentials(keyID: real.keyID, secret: real.secret, sessionToken: "another")
        #expect(Self.refusal(vector, key: lent) == .wrongToken)
    }

    /// An address carries the fields that a client should send, and a client may well send them.
    @Test func aFieldMayComeTwice() throws {
        let vector = try #require(Vector.all.first { $0.request.query.contains("content-type=image%2Fpng") })
        var request = vector.request
        request.fields.append(.init("Content-Type", " image/png "))
        #expect(Self.refusal(vector, request) == nil)
        request.fields[request.fields.count - 1] = .init("Content-Type", "text/html")
        #expect(Self.refusal(vector, request) == .wrongSignature)
    }

    @Test(
        arguments: [
            ("", .some(.missing)), ("acl", .missing), ("X-Amz-Signature=1", .missing),
            ("AWSAccessKeyId=a&Signature=b", nil), ("AWSAccessKeyId=a&Expires=1", nil), ("Signature=b&Expires=1", nil),
            ("AWSAccessKeyId=a&Signature=b&Expires=", nil), ("AWSAccessKeyId=a&Signature=b&Expires=-5", nil),
            ("AWSAccessKeyId=a&Signature=b&Expires=1e9", nil),
            ("AWSAccessKeyId=a&Signature=b&Expires=1&Expires=2", nil),
            ("AWSAccessKeyId=a&AWSAccessKeyId=b&Signature=b&Expires=1", nil),
            ("AWSAccessKeyId=a&Signature=b&Expires=99999999999999999999", nil),
        ] as [(String, SignatureRefusal?)])
    func whatIsNotWholeIsSaidSo(_ testCase: (query: String, refusal: SignatureRefusal?)) throws {
        let vector = try #require(Vector.all.first)
        var request = vector.request
        request.query = testCase.query
        let found = Self.refusal(vector, request)
        if let wanted = testCase.refusal {
            #expect(found == wanted)
        } else {
            #expect(found?.code == "IncompleteSignatureException")
        }
    }

    @Test(arguments: ["%%%", "", "AAAA", "c2lnbmF0dXJl"]) func aStrangeSignatureIsWrong(_ signature: String) throws {
        let vector = try #require(Vector.all.first)
        var request = vector.request
        request.query = "AWSAccessKeyId=\(vector.credentials.keyID)&Signature=\(signature)&Expires=\(vector.expires)"
        if let token = vector.credentials.sessionToken {
            request.fields.append(.init("x-amz-security-token", token))
        }
        #expect(Self.refusal(vector, request) == .wrongSignature)
    }

    /// Whoever signs the path as it is sent is believed too.
    @Test func aBucketMayBeSignedWithoutItsSlash() throws {
        let key = AWSCredentials(keyID: "AKIA", secret: "secret")
        for path in ["/bucket", "/bucket/"] {
            var request = SignedRequest("GET", "/bucket", fields: [], payload: .unsigned)
            let text = try #require(SignatureTwoText(request, expires: "5", path: path))
            let signature = Base64.text(text.signature(secret: key.secret))
            request.query = "AWSAccessKeyId=AKIA&Signature=\(signature)&Expires=5"
            let found = try SignatureTwoCheck().signer(of: request, at: SigningTime(seconds: 5)) { _ in key }
            #expect(found == key)
        }
    }

    /// Two ways to write one text, of which the second drops what was asked for.
    @Test(arguments: [
        ("partNumber=1&uploadId=2", "partNumber=1%26uploadId%3D2"),
        ("response-content-type=a&versionId=b", "response-content-type=a%26versionId%3Db"),
        ("response-content-type=a&uploads", "response-content-type=a%26uploads"),
        ("x-amz-acl=private&x-amz-meta-a=1", "x-amz-acl=private%0Ax-amz-meta-a%3A1"),
        ("x-amz-meta-a=b%3Ac", "x-amz-meta-a:b=c"),
    ])
    func oneSignatureIsForOneRequest(_ testCase: (signed: String, forged: String)) throws {
        let key = AWSCredentials(keyID: "AKIA", secret: "secret")
        var request = SignedRequest("PUT", "/b/k", query: testCase.signed, fields: [], payload: .unsigned)
        let text = try #require(SignatureTwoText(request, expires: "5", path: "/b/k"))
        let proof = "&AWSAccessKeyId=AKIA&Expires=5&Signature=\(Base64.text(text.signature(secret: key.secret)))"
        func isBelieved() -> Bool {
            (try? SignatureTwoCheck().signer(of: request, at: SigningTime(seconds: 5)) { _ in key }) != nil
        }
        request.query = testCase.signed + proof
        #expect(isBelieved())
        request.query = testCase.forged + proof
        #expect(!isBelieved())
    }

    /// A name may hold what parts parameters.
    @Test func anAmpersandAloneHidesNothing() {
        let request = SignedRequest(
            "GET", "/b/k", query: "response-content-disposition=a%26b%3Dc", fields: [], payload: .unsigned)
        let text = SignatureTwoText(request, expires: "5", path: "/b/k")
        #expect(text?.description == "GET\n\n\n5\n/b/k?response-content-disposition=a&b=c")
    }
}
