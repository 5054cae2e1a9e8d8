import AWSSignature
import Core
import Testing

@Suite struct SignatureCheckTests {
    private static let key = AWSCredentials(keyID: "AKIALINE/1", secret: "secret", sessionToken: nil)
    private static let lent = AWSCredentials(keyID: "ASIALENT", secret: "other", sessionToken: "token")
    private static let now = SigningTime(seconds: 1_795_000_000)
    private static let body = Array("{}".utf8)
    private static let request = SignedRequest(
        "POST", "/", fields: [.init("Host", "127.0.0.1:8080"), .init("X-Amz-Target", "AWSEvents.PutEvents")],
        payload: .of(body))

    private static func refusal(
        _ request: SignedRequest, at time: SigningTime = now, _ check: SignatureCheck = SignatureCheck(),
        body: [UInt8]? = body
    ) -> SignatureRefusal? {
        do throws(SignatureRefusal) {
            _ = try check.signer(of: request, body: body, at: time) { id in
                [key, lent].first { $0.keyID == id }
            }
            return nil
        } catch { return error }
    }

    private static func signed(
        _ credentials: AWSCredentials = key, at time: SigningTime = now, region: String = "plant",
        service: String = "events"
    ) -> SignedRequest {
        AWSSigner(credentials, region: region, service: service).signed(request, at: time)
    }

    private static func moved(_ seconds: Int64) -> SigningTime { SigningTime(seconds: now.seconds + seconds) }

    @Test(arguments: [(Int64(-301), false), (-300, true), (0, true), (300, true), (301, false)])
    func clocksMayDifferByFiveMinutes(_ testCase: (seconds: Int64, isBelieved: Bool)) {
        let found = Self.refusal(Self.signed(), at: Self.moved(testCase.seconds))
        #expect((found == nil) == testCase.isBelieved)
        if let found {
            #expect(found.code == "InvalidSignatureException" && found.message.contains("not within 300 s"))
        }
    }

    @Test func aKeyIdMayHoldSlashes() { #expect(Self.refusal(Self.signed()) == nil) }

    @Test func nobodyElseIsKnown() {
        let stranger = AWSCredentials(keyID: "AKIAX", secret: "secret")
        #expect(Self.refusal(Self.signed(stranger)) == .unknownKey("AKIAX"))
        let impostor = AWSCredentials(keyID: Self.key.keyID, secret: "guess")
        #expect(Self.refusal(Self.signed(impostor)) == .wrongSignature)
    }

    @Test func aLentKeyNeedsItsToken() {
        #expect(Self.refusal(Self.signed(Self.lent)) == nil)
        let bare = AWSCredentials(keyID: Self.lent.keyID, secret: Self.lent.secret)
        #expect(Self.refusal(Self.signed(bare)) == .wrongToken)
        let other = AWSCredentials(keyID: Self.lent.keyID, secret: Self.lent.secret, sessionToken: "tokem")
        #expect(Self.refusal(Self.signed(other)) == .wrongToken)
    }

    @Test func theScopeIsOurs() {
        var check = SignatureCheck()
        check.regions = ["plant"]
        check.services = ["events"]
        #expect(Self.refusal(Self.signed(), check) == nil)
        for other in [Self.signed(region: "moon"), Self.signed(service: "s3")] {
            guard case .wrongScope? = Self.refusal(other, check) else { return #expect(Bool(false)) }
        }
    }

    private static func refusal(_ request: SignedRequest, _ check: SignatureCheck) -> SignatureRefusal? {
        refusal(request, at: now, check)
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "Bearer x", "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=a/20260101/r/s/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/other, SignedHeaders=host, Signature=\(String(repeating: "0", count: 64))",
        "AWS4-HMAC-SHA256 Credential=/b/c/d/aws4_request, SignedHeaders=host, Signature=\(String(repeating: "0", count: 64))",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=, Signature=\(String(repeating: "0", count: 64))",
    ])
    func whatCannotBeReadIsSaidSo(_ header: String) {
        var request = Self.request
        request.fields += [.init("Authorization", header), .init("X-Amz-Date", Self.now.description)]
        #expect(Self.refusal(request)?.code == "IncompleteSignatureException")
    }

    @Test func nothingIsNoSignature() {
        #expect(Self.refusal(Self.request) == .missing)
        var dateless = Self.signed()
        dateless.fields.removeAll { $0.name == "X-Amz-Date" }
        #expect(Self.refusal(dateless)?.code == "IncompleteSignatureException")
    }

    @Test func hostMustBeCovered() {
        let bare = SignedRequest("POST", "/", fields: [.init("X-Custom", "1")], payload: .of(Self.body))
        let signed = AWSSigner(Self.key, region: "plant", service: "events").signed(bare, at: Self.now)
        #expect(Self.refusal(signed) == .uncovered("host"))
    }

    @Test func aPresignedAddressAges() {
        let address = AWSSigner(Self.key, region: "plant", service: "s3").presigned(
            SignedRequest("GET", "/a", fields: [.init("Host", "h")], payload: .unsigned), at: Self.now, seconds: 60)
        #expect(Self.refusal(address, at: Self.moved(60), body: nil) == nil)
        #expect(Self.refusal(address, at: Self.moved(61), body: nil) == .outOfTime("Request has expired"))
        #expect(Self.refusal(address, at: Self.moved(-301), body: nil) == .outOfTime("Request is not yet valid"))
        var twice = address
        twice.query += "&X-Amz-Expires=604800"
        #expect(Self.refusal(twice, body: nil)?.code == "IncompleteSignatureException")
    }

    @Test func secretsAreNotSaid() { #expect("\(Self.key)" == "AWS key AKIALINE/1") }
}

@Suite struct SigningTimeTests {
    @Test(arguments: [
        ("19700101T000000Z", Int64(0)), ("20000229T235959Z", 951_868_799), ("20261120T071401Z", 1_795_158_841),
        ("21000301T000000Z", 4_107_542_400),
    ])
    func readsAndWrites(_ testCase: (text: String, seconds: Int64)) {
        #expect(SigningTime(seconds: testCase.seconds).description == testCase.text)
        #expect(SigningTime(parsing: testCase.text)?.seconds == testCase.seconds)
    }

    @Test(arguments: [
        "", "20260230T000000Z", "20261120T240000Z", "20261120 071401Z", "20261120T071401", "2026112 T071401Z",
    ])
    func refuses(_ text: String) { #expect(SigningTime(parsing: text) == nil) }

    @Test func milliseconds() {
        #expect(SigningTime(milliseconds: 1_795_158_841_999).seconds == 1_795_158_841)
        #expect(SigningTime(milliseconds: -1).description == "19691231T235959Z")
    }
}
