internal import Core

/// Signs requests to a service with AWS Signature Version 4.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
package struct AWSSigner: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"
    /// Changed by whoever passes a request on, so that they cannot be signed.
    private static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    package let credentials: AWSCredentials
    package let region: String
    package let service: String

    package init(_ credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The request with the fields that prove who sends it; those of an earlier signature are replaced.
    package func signed(_ request: SignedRequest, at time: SigningTime) -> SignedRequest {
        var request = request
        request.fields.removeAll {
            ["authorization", "x-amz-date", "x-amz-security-token"].contains($0.name.lowercased())
        }
        request.fields.append(.init("X-Amz-Date", time.description))
        if let token = credentials.sessionToken { request.fields.append(.init("X-Amz-Security-Token", token)) }
        if service == "s3", request.value(of: "x-amz-content-sha256") == nil {
            request.fields.append(.init("X-Amz-Content-SHA256", request.payload.text))
        }
        let names = Self.signedNames(of: request)
        let scope = SigningScope(day: time.day, region: region, service: service)
        let canonical = CanonicalRequest(request, signed: names, service: service)
        let signature = canonical.signature(at: time, scope, secret: credentials.secret)
        let authorization = AWSAuthorization(
            keyID: credentials.keyID, scope: scope, signedNames: names, signature: signature)
        request.fields.append(.init("Authorization", authorization.description))
        return request
    }

    /// The request with its proof in the query, so that an address alone is enough for so many seconds.
    package func presigned(_ request: SignedRequest, at time: SigningTime, seconds: Int) -> SignedRequest {
        var request = request
        let scope = SigningScope(day: time.day, region: region, service: service)
        let names = Self.signedNames(of: request)
        var proof = [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(credentials.keyID)/\(scope)"),
            ("X-Amz-Date", time.description), ("X-Amz-Expires", String(seconds)),
            ("X-Amz-SignedHeaders", names.joined(separator: ";")),
        ]
        if let token = credentials.sessionToken { proof.append(("X-Amz-Security-Token", token)) }
        for (name, value) in proof { request.query += Self.parameter(name, value, after: request.query) }
        let canonical = CanonicalRequest(request, signed: names, service: service)
        let signature = canonical.signature(at: time, scope, secret: credentials.secret)
        request.query += Self.parameter("X-Amz-Signature", signature, after: request.query)
        return request
    }

    private static func parameter(_ name: String, _ value: String, after query: String) -> String {
        (query.isEmpty ? "" : "&") + name + "=" + PercentText.encoded(value)
    }

    private static func signedNames(of request: SignedRequest) -> [String] {
        Set(request.fields.map { $0.name.lowercased() }).subtracting(unsigned).sorted()
    }
}
